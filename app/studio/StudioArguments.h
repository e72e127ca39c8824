// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>

#include <cstdint>

namespace spectune {

/// The studio's command line, read and checked.
struct StudioArguments {
    QString path; ///< CONFIG.json or RUN_DIR; empty: the demo
    bool start = false;
    QString theme; ///< "light", "dark", "system"; empty: as last chosen
    QSize size;
    QString screenshot;
    std::int64_t at = -1;
    QString device = QStringLiteral("cpu");
    bool help = false;
    bool version = false;
    QString error; ///< what is wrong with the arguments; empty: nothing

    /// What is to be said of a --size that is smaller than @p least, which goes on all the same; empty: nothing.
    [[nodiscard]] QString sizeNote(QSize least) const;
    /// @param arguments without the program's name
    [[nodiscard]] static StudioArguments parse(const QStringList& arguments);
    [[nodiscard]] static QString usage();
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace spectune {

/// One line of plain text that takes the width it is given, and ends in "…" where that is too little. A name among
/// others is elided in the middle instead, or where it takes that to tell it from them, from the left.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    /// The texts that this one stands among, itself included; none: it stands for itself.
    void setAmong(const QStringList& texts);
    /// What stands there where there is no room for all of the text; empty: as much of it as there is room for.
    void setShorter(const QString& text);
    /// What is painted: the text, or as much of it as there is room for, and "…".
    [[nodiscard]] QString shownText() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QStringList m_among;
    QString m_shorter;
};

} // namespace spectune

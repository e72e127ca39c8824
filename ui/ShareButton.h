// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PictureFile.h"

#include <QString>
#include <QToolButton>

#include <functional>

namespace spectune {

/// A small button whose menu copies or saves what a panel shows: the picture as PNG, SVG or PDF, the numbers as
/// CSV.
class ShareButton : public QToolButton {
    Q_OBJECT
public:
    /// @param name of a file, without its ending  @param picture the widget that is painted; null: numbers alone
    ShareButton(QString name, QWidget* picture, std::function<QString()> table, QWidget* parent = nullptr);

    /// For a view that paints itself finer than its pixels on the screen are.
    void setPaint(PaintPicture paint) { m_paint = std::move(paint); }
    void copyPicture() const;
    void copyTable() const;
    /// By the file's ending. @throws Error (Io) naming the file
    void savePicture(const QString& file) const;
    void saveTable(const QString& file) const;

Q_SIGNALS:
    /// What was done or why it was not, for the status line.
    void told(const QString& title, const QString& text);

private:
    void ask(const QString& suffix, const QStringList& filters, void (ShareButton::*save)(const QString&) const);

    QString m_name;
    QWidget* m_picture = nullptr;
    PaintPicture m_paint;
    std::function<QString()> m_table;
};

} // namespace spectune

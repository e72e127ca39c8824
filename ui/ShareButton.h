// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/PictureActions.h"

#include <QString>
#include <QToolButton>

#include <functional>

namespace spectune {

/// A small button whose menu copies or saves what a panel shows, as addPictureActions() does; a right click on the
/// picture opens it too.
class ShareButton : public QToolButton {
    Q_OBJECT
public:
    /// @param name of a file, without its ending  @param picture the widget that is painted, in its own size
    /// @param csv as PictureSource has it
    ShareButton(const QString& name, QWidget* picture, std::function<std::function<QString()>()> csv,
        QWidget* parent = nullptr);

    /// For a view that paints itself finer than its pixels on the screen are.
    void setPaint(PaintPicture paint) { m_paint = std::move(paint); }
    /// For a view that shows one of several things. @param name of the file that would be saved now, without its ending
    void setName(std::function<QString()> name) { m_name = std::move(name); }
    [[nodiscard]] const PictureSource& source() const { return m_source; }

Q_SIGNALS:
    /// What was done or why it was not, for the status line.
    void told(const QString& title, const QString& text);

private:
    PaintPicture m_paint;
    std::function<QString()> m_name;
    PictureSource m_source;
};

} // namespace spectune

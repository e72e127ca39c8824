// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PictureFile.h"

#include <QPoint>
#include <QSize>
#include <QString>

#include <functional>

class QMenu;
class QToolButton;
class QWidget;

namespace spectune {

/// A view that can be taken along: as a picture and as its values.
struct PictureSource {
    std::function<QString()> name; ///< of a file, without its ending
    std::function<QSize()> size; ///< logical pixels
    PaintPicture paint;
    /// Takes a copy of the values at once; the work that it returns writes them as CSV on another thread.
    std::function<std::function<QString()>()> csv;
};

/// One sentence for the status line; the lead is empty, or "Not done" before what went wrong.
using TellUser = std::function<void(const QString& lead, const QString& text)>;

/// Copy picture, copy values, save picture (PNG, SVG, PDF), save values (CSV) at the end of @p menu. No dialog blocks;
/// a worker encodes the picture, and writes a table of a million lines.
void addPictureActions(QMenu& menu, QWidget& owner, const PictureSource& source, const TellUser& tell);

/// A widget as it is on the screen, in its own size, but without the keyboard's frame.
[[nodiscard]] PaintPicture paintOf(QWidget& widget);

/// A right click on @p view opens @p menu; so do the menu key and Shift+F10 while the keyboard is there.
/// @param open what is done for it, where that depends on the place in the view; null: the menu opens there
void openByRightClick(QWidget& view, QMenu& menu, std::function<void(QPoint place)> open = nullptr);

/// For a view that has no button: a menu of addPictureActions() alone, see openByRightClick(). The view owns it.
/// @param name, csv as PictureSource has them  @param paint in the view's own size; null: paintOf()
QMenu* addPictureMenu(QWidget& view, std::function<QString()> name, std::function<std::function<QString()>()> csv,
    const TellUser& tell, PaintPicture paint = nullptr);

/// The three dots of a panel's header that open @p menu.
[[nodiscard]] QToolButton* makeMenuButton(QMenu* menu, const QString& name);

} // namespace spectune

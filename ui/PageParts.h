// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <functional>

class QBoxLayout;
class QFrame;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;
class QSplitter;
class QVBoxLayout;
class QWidget;

namespace spectune {

enum class IconTone;

// The few parts that all pages are made of. All functions: GUI thread; the caller's layout takes ownership.

/// "second", "third", "error", "warn", "ok" or nothing: the token of a label's text (see studio.qss).
void setTone(QLabel* label, const char* tone);
/// "primary", "ghost" or nothing: the look of a button (see studio.qss).
void setRole(QWidget* widget, const char* role);
/// @p one for 1, else @p many; %1 is the number. (English has no translation file that would do this for %n.)
[[nodiscard]] QString counted(std::int64_t number, const QString& one, const QString& many);
/// A configuration's value as a person would type it: 64, 0.1, 5e−3.
[[nodiscard]] QString plainNumber(double value);
/// 84,224, 9.36 million, 1.10 billion.
[[nodiscard]] QString parametersText(std::int64_t count);
/// Body text.
[[nodiscard]] QLabel* makeText(const QString& text, const char* tone = "", bool wrap = false);
/// 11 px.
[[nodiscard]] QLabel* makeCaption(const QString& text, const char* tone = "third", bool wrap = false);
/// 12 px semibold.
[[nodiscard]] QLabel* makeHeading(const QString& text);
/// 14 px semibold.
[[nodiscard]] QLabel* makeTitle(const QString& text);
/// A separator of one pixel.
[[nodiscard]] QFrame* makeRule();
/// 24 px high, 11 px text.
[[nodiscard]] QPushButton* makeSmallButton(const QString& text, const QString& icon = {});
/// A button at the right end of @p line that empties it.
void addClearButton(QLineEdit& line);
/// An icon that follows the theme; @p size in pixels.
[[nodiscard]] QWidget* makeIcon(const QString& name, IconTone tone, int size = 13);
/// An empty panel with a vertical layout without margins.
[[nodiscard]] QWidget* makePanel(QVBoxLayout*& column);
/// Panels beside each other with 1 px between them; addColumn() fills it.
[[nodiscard]] QSplitter* makeColumns();
/// Puts @p content into a panel at the right end. Of the width that is left over, columns with @p grows get all.
/// @returns the panel
QWidget* addColumn(QSplitter* columns, QWidget* content, int minimumWidth, bool grows = false);
/// The 38 px line above a panel's content.
[[nodiscard]] QHBoxLayout* makePanelHeader();
/// A vertical layout with the 12 px padding of a section.
[[nodiscard]] QVBoxLayout* makeSection(int top = 10, int bottom = 10);
/// Lets @p content scroll vertically when it does not fit; no frame. The keyboard stops at it to scroll: @p name is
/// what a screen reader calls it there.
[[nodiscard]] QScrollArea* makeScroll(QWidget* content, const QString& name);
/// Opens the desktop's dialog for a folder over @p parent and returns at once; @p use gets what is chosen.
void askFolder(
    QWidget* parent, const QString& title, const QString& start, std::function<void(const QString& folder)> use);

} // namespace spectune

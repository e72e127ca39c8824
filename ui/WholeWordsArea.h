// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace spectune {

/// Scrolls vertically and ends with a whole line, wherever it is scrolled to: a word, a row, a button or a field with
/// its label that has no room is left to the scroll bar, not cut through, and so are a heading and a rule of which
/// nothing else is in sight. What is higher than a few lines is cut all the same.
class WholeWordsArea : public QScrollArea {
    Q_OBJECT
public:
    /// Owns @p content. @param name what a screen reader calls the area, at which the keyboard stops
    WholeWordsArea(QWidget* content, const QString& name, QWidget* parent = nullptr);

    /// @p label heads what stands below it, and is not shown as the last line of an area.
    static void keepWithNext(QWidget& label);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the content
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void fitLater();
    void fit();
    [[nodiscard]] int cutAbove(int end, int room) const; ///< px; @param end of the content, in sight without a cut

    bool m_waits = false;
};

} // namespace spectune

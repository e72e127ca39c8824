// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace spectune {

/// Scrolls vertically and ends with a whole line, wherever it is scrolled to: a word, a row or a button that has no
/// room is left to the scroll bar, not cut through. What is higher than a few lines is cut all the same.
class WholeWordsArea : public QScrollArea {
    Q_OBJECT
public:
    /// Owns @p content. @param name what a screen reader calls the area, at which the keyboard stops
    WholeWordsArea(QWidget* content, const QString& name, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the content
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void fitLater();
    void fit();
    [[nodiscard]] int wholeEnd(int end) const; ///< px of the content, at or above @p end

    bool m_waits = false;
};

} // namespace spectune

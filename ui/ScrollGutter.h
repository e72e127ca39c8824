// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMargins>
#include <QObject>

class QLayout;
class QScrollArea;

namespace spectune {

/// Keeps the right edge of a fixed block in line with what scrolls beside it: while the area's scroll bar is shown, the
/// block leaves its width free, too. Lives as long as the area. GUI thread.
class ScrollGutter : public QObject {
public:
    /// @param block of the same panel; its present right margin is the one without a scroll bar
    ScrollGutter(QScrollArea& area, QLayout& block);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fit(bool isShown);

    QScrollArea& m_area;
    QLayout& m_block;
    QMargins m_margins;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunBarState.h"

#include <QWidget>

namespace spectune {

/// The sign before the state's word: a ring, a disc, two bars, a tick, a square or a cross. Shape and colour both say
/// it.
class StateMarkView : public QWidget {
    Q_OBJECT
public:
    explicit StateMarkView(QWidget* parent = nullptr);
    void setMark(StateMark mark);
    [[nodiscard]] QSize sizeHint() const override { return {12, 14}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    StateMark m_mark = StateMark::Ring;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RunTags.h"

#include <QPainter>
#include <QWidget>

namespace spectune {

/// The letter of a compared run as a widget of 16 px.
class RunTagView : public QWidget {
public:
    static constexpr int side = 16; ///< px

    explicit RunTagView(int index, QWidget* parent = nullptr)
        : QWidget(parent)
        , m_index(index)
    {
        setFixedSize(side, side);
        setAccessibleName(RunTag::letter(index));
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        RunTag::paint(painter, {0.0, 0.0}, m_index);
    }

private:
    int m_index;
};

} // namespace spectune

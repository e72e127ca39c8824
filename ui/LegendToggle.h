// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QColor>
#include <QPen>

#include <functional>

namespace spectune {

enum class LegendMark { Band, Line, Diamond, Dashes, Box };

/// An entry of a legend that shows and hides its curve: the mark as the curve is drawn, and the name.
class LegendToggle : public QAbstractButton {
    Q_OBJECT
public:
    LegendToggle(const QString& name, LegendMark mark, QWidget* parent = nullptr);
    /// The mark in no curve's colour: where a part has as many colours as there are runs.
    void setNeutral(bool neutral);
    /// The mark in a colour of its own. @param color asked at each painting, so that it follows the theme
    void setColor(std::function<QColor()> color);
    /// The line as its curve is drawn, dashes and all. @param pen asked at each painting, so that it follows the theme
    void setPen(std::function<QPen()> pen);
    [[nodiscard]] bool isNeutral() const { return m_neutral; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] int markWidth() const;

    LegendMark m_mark;
    bool m_neutral = false;
    std::function<QColor()> m_color;
    std::function<QPen()> m_pen;
};

} // namespace spectune

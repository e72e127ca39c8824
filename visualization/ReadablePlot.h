// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>

namespace spectune {

/// A small plot whose values can be read: a tool tip tells what lies under the pointer; left and right (with Shift in
/// larger steps) go from value to value, ring it, show its tool tip, and tell it as the accessible description. Its
/// values are counted from 0, in the order of the axis. GUI thread only.
class ReadablePlot : public QWidget {
    Q_OBJECT
public:
    /// Takes the focus, for the keys and for its menu.
    explicit ReadablePlot(QWidget* parent = nullptr);

    /// @param place pixels @return what is drawn there, in words; empty: nothing
    [[nodiscard]] virtual QString textAt(QPointF place) const = 0;
    [[nodiscard]] virtual int valueCount() const = 0;
    /// @pre 0 <= value < valueCount()
    [[nodiscard]] virtual QString valueText(int value) const = 0;
    /// Where it is drawn, pixels. @pre 0 <= value < valueCount()
    [[nodiscard]] virtual QPointF valuePlace(int value) const = 0;
    /// The value that the keys have come to; nothing before the first key, and where there is none.
    [[nodiscard]] std::optional<int> read() const;

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    /// The value that the first key reads. @pre valueCount() > 0
    [[nodiscard]] virtual int firstRead() const { return 0; }
    virtual void bringIntoSight(int value) { Q_UNUSED(value) }
    /// The ring around the value that is read, and the keyboard's frame; nothing without the focus.
    void paintFocus(QPainter& painter) const;

private:
    void readNext(int by);

    std::optional<int> m_read;
};

} // namespace spectune

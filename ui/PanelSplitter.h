// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QSplitter>
#include <QSplitterHandle>

namespace spectune {

/// A border between two panels, one pixel wide, that keys move as well: arrows by a step, Home and End to its limits,
/// Esc gives the keyboard back. Tab does not stop at it: PanelSplitter::focusNext() comes there. With the keyboard it
/// is a line in the colour of the focus.
class PanelBorder : public QSplitterHandle {
    Q_OBJECT
public:
    static constexpr int keyStep = 16; ///< px

    PanelBorder(Qt::Orientation orientation, QSplitter* splitter);

    /// @param from has the keyboard again on Esc; may be null
    void takeFocus(QWidget* from);
    [[nodiscard]] QWidget* cameFrom() const { return m_from; }

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    /// @returns false: the key is for others
    bool press(int key);
    void moveBy(int pixels);
    void giveBack();
    void fitMask();

    QPointer<QWidget> m_from;
};

/// Panels beside or above each other with one pixel between them; none can be dragged shut. GUI thread.
class PanelSplitter : public QSplitter {
    Q_OBJECT
public:
    explicit PanelSplitter(Qt::Orientation orientation, QWidget* parent = nullptr);

    /// Gives the keyboard to the visible border of @p window that is next from left to right; behind the last one the
    /// first. Nothing where there is none.
    static void focusNext(QWidget& window);

protected:
    QSplitterHandle* createHandle() override;
};

} // namespace spectune

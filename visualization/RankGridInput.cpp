// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>

namespace spectune {

bool RankGrid::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_state->view != GridView::Targets) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = m_state->geometry.cellAt(help->pos());
        const QString words = cell ? cellDetails(m_state->moduleAt(*cell)) : marginText(help->pos());
        const QRect place = cell ? m_state->geometry.cell(cell->layer, cell->kind).toAlignedRect() : QRect();
        if (words.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), words, this, place);
        }
        return true;
    }
    if (event->type() == QEvent::ContextMenu && m_state->cursor) {
        const auto* asked = static_cast<QContextMenuEvent*>(event);
        if (asked->reason() == QContextMenuEvent::Keyboard) { // of the cell that the keys have chosen
            const QPoint place
                = m_state->geometry.cell(m_state->cursor->layer, m_state->cursor->kind).center().toPoint();
            QContextMenuEvent there(asked->reason(), place, mapToGlobal(place), asked->modifiers());
            const bool done = QWidget::event(&there);
            event->setAccepted(there.isAccepted()); // a grid without a menu of its own leaves it to its parent
            return done;
        }
    }
    return QWidget::event(event);
}

void RankGrid::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        stopFade();
        if (m_state->view != GridView::Empty) {
            m_state->refreshLooks();
        }
        update();
    }
    QWidget::changeEvent(event);
}

void RankGrid::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) { // it may open a menu, which would take the release of a drag
        if (m_state->grabbed) {
            m_state->grabbed.reset();
            setCursor(Qt::ArrowCursor);
        }
        endTargets();
        return;
    }
    if (m_state->view == GridView::Empty) {
        return;
    }
    if (isZoomed()) { // a click or a drag: the release tells
        m_state->grabbed = event->position();
        m_state->grabbedLayer = m_state->firstLayer;
        m_state->dragged = false;
        return;
    }
    if (m_state->view != GridView::Targets) {
        activateAt(event->position());
        return;
    }
    beginTargets(event->position());
}

void RankGrid::activateAt(QPointF position)
{
    const auto cell = m_state->geometry.cellAt(position);
    if (cell && m_state->moduleAt(*cell).isValid()) {
        setSelected(m_state->moduleAt(*cell));
        Q_EMIT cellActivated(selected());
    }
}

void RankGrid::mouseMoveEvent(QMouseEvent* event)
{
    if (m_state->grabbed) {
        dragTo(event->position());
        return;
    }
    if (m_state->drag) {
        dragTargets(event->position());
        return;
    }
    const bool header = m_state->view == GridView::Targets
        && (m_state->geometry.rowHeaderAt(event->position()) || m_state->geometry.columnHeaderAt(event->position()));
    const auto cell = m_state->geometry.cellAt(event->position());
    setHovered(cell);
    const bool hand = header || (cell && (m_state->view == GridView::Targets || m_state->moduleAt(*cell).isValid()));
    setCursor(hand ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void RankGrid::leaveEvent(QEvent* event)
{
    setHovered({});
    QWidget::leaveEvent(event);
}

void RankGrid::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_state->grabbed) {
        m_state->grabbed.reset();
        setCursor(Qt::ArrowCursor);
        if (!m_state->dragged) {
            activateAt(event->position());
        }
        return;
    }
    endTargets();
}

void RankGrid::moveSelection(int layers, int kinds)
{
    RankGridState& state = *m_state;
    if (state.geometry.request.transposed) {
        std::swap(layers, kinds);
    }
    GridCell next = state.cursor.value_or(GridCell {layers > 0 ? -1 : 0, kinds > 0 ? -1 : 0});
    if (!state.cursor) {
        next = {isZoomed() ? static_cast<int>(state.geometry.request.firstLayer) : 0, 0};
        layers = kinds = 0;
    }
    // Matrices that are not adapted are stepped over.
    do {
        next.layer += layers;
        next.kind += kinds;
        if (next.kind >= state.columns() && state.geometry.blocks == 2 && next.layer < state.geometry.rowsPerBlock) {
            next = {std::min(state.layers - 1, next.layer + state.geometry.rowsPerBlock), 0};
        } else if (next.kind < 0 && state.geometry.blocks == 2 && next.layer >= state.geometry.rowsPerBlock) {
            next = {next.layer - state.geometry.rowsPerBlock, state.columns() - 1};
        }
        if (next.layer < 0 || next.layer >= state.layers || next.kind < 0 || next.kind >= state.columns()) {
            return;
        }
        if (layers == 0 && kinds == 0) {
            break;
        }
    } while (state.view != GridView::Targets && !state.moduleAt(next).isValid());
    state.cursor = next;
    if (isZoomed()) {
        panTo(state.firstLayerShowing(next.layer));
    }
    update();
    state.hovered.reset(); // the pointer rests: the keys speak
    announceCell();
    if (state.view != GridView::Targets && selected().isValid()) {
        Q_EMIT cellActivated(selected());
    }
}

void RankGrid::keyPressEvent(QKeyEvent* event)
{
    const Qt::KeyboardModifiers held = event->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier); // + is shifted
    if (held == Qt::NoModifier && zoomKey(event->key())) {
        return;
    }
    if (m_state->view == GridView::Targets && pressForTargets(event)) {
        return;
    }
    if (m_state->view == GridView::Empty || (event->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier) {
        QWidget::keyPressEvent(event);
        return;
    }
    const bool targets = m_state->view == GridView::Targets;
    switch (event->key()) {
    case Qt::Key_Up: return moveSelection(-1, 0);
    case Qt::Key_Down: return moveSelection(1, 0);
    case Qt::Key_Left: return moveSelection(0, -1);
    case Qt::Key_Right: return moveSelection(0, 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!targets && selected().isValid()) {
            Q_EMIT cellActivated(selected());
            return;
        }
        break;
    default: break;
    }
    QWidget::keyPressEvent(event);
}

void RankGrid::focusInEvent(QFocusEvent* event)
{
    m_state->focused = event->reason() != Qt::MouseFocusReason;
    if (m_state->focused && !m_state->cursor && m_state->view != GridView::Empty) {
        update();
    }
    update();
}

void RankGrid::focusOutEvent(QFocusEvent*)
{
    m_state->focused = false;
    update();
}

} // namespace spectune

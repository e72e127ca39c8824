// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid turned round, and looked at from nearer: zoom and pan along the layers.
#include "visualization/PlotInput.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"

#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace spectune {

double RankGridState::firstLayerShowing(int layer) const
{
    return std::clamp(firstLayer, layer + 1.0 - geometry.visibleLayers(), static_cast<double>(layer));
}

void RankGrid::setTransposed(bool transposed)
{
    if (m_state->transposed != transposed) {
        m_state->transposed = transposed;
        stopFade();
        relayout();
        if (m_state->cursor && isZoomed()) { // the other way fewer layers may be in view
            panTo(m_state->firstLayerShowing(m_state->cursor->layer));
        }
    }
}

bool RankGrid::isTransposed() const
{
    return m_state->transposed;
}

bool RankGrid::isZoomed() const
{
    return m_state->geometry.zoomed();
}

void RankGrid::zoomBy(double factor, double layer)
{
    const RankGridGeometry& g = m_state->geometry;
    const double wanted = (g.blocks == 2 ? 2.0 : m_state->zoom) * factor; // unfolded, half of the layers fit as well
    const QRectF at = g.cell(std::clamp(static_cast<int>(layer), 0, std::max(0, m_state->layers - 1)), 0);
    zoomTo(g.blocks == 2 && factor < 1.0 ? 1.0 : wanted, layer, at.center());
}

void RankGrid::showAllLayers()
{
    zoomTo(1.0, 0.0, {});
}

void RankGrid::zoomTo(double zoom, double layer, QPointF at)
{
    RankGridState& state = *m_state;
    if (state.view == GridView::Empty || state.view == GridView::Targets) {
        return;
    }
    const double before = state.zoom;
    const double most = RankGridGeometry::mostZoom(state.geometry.request);
    state.zoom = zoom < 1.02 ? 1.0 : std::min(zoom, most);
    state.fadeFrom.clear();
    state.zooming = true;
    relayout();
    state.zooming = false;
    const RankGridGeometry& g = state.geometry;
    if (g.zoomed()) {
        const QPointF within(std::clamp(at.x(), g.cells().left(), g.cells().right()),
            std::clamp(at.y(), g.cells().top(), g.cells().bottom()));
        panTo(layer - (g.layerAt(within) - g.request.firstLayer));
    }
    if (state.zoom != before) {
        Q_EMIT zoomChanged(g.zoomed());
    }
}

void RankGrid::panTo(double firstLayer)
{
    if (firstLayer != m_state->firstLayer) {
        m_state->firstLayer = firstLayer;
        relayout();
    }
}

void RankGrid::wheelEvent(QWheelEvent* event)
{
    const RankGridGeometry& g = m_state->geometry;
    const QPoint turned = event->angleDelta();
    const double notches = (turned.y() != 0 ? turned.y() : turned.x()) / 120.0;
    const bool shown = m_state->view == GridView::Ranks || m_state->view == GridView::Difference;
    if (!shown || notches == 0.0 || (!g.zoomed() && notches < 0.0)) {
        event->ignore();
        return;
    }
    event->accept();
    if (g.zoomed() && (event->modifiers() & Qt::ShiftModifier || turned.y() == 0)) {
        panTo(m_state->firstLayer - notches * std::max(1.0, g.visibleLayers() / 8.0));
        return;
    }
    const auto cell = g.cellAt(event->position());
    // Folds and gaps are told by the cell alone; zoomed there are none.
    const double asked = g.layerAt(event->position()) + m_state->firstLayer - g.request.firstLayer;
    const double layer = cell && !g.zoomed() ? cell->layer + 0.5 : asked;
    const double factor = std::pow(zoomPerNotch, notches);
    zoomTo((g.blocks == 2 ? 2.0 : m_state->zoom) * factor, layer, event->position());
}

void RankGrid::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && isZoomed()) {
        showAllLayers();
    } else {
        mousePressEvent(event);
    }
}

void RankGrid::dragTo(QPointF position)
{
    const QPointF way = position - *m_state->grabbed;
    if (!m_state->dragged && way.manhattanLength() < clickReach) {
        return;
    }
    m_state->dragged = true;
    setCursor(Qt::ClosedHandCursor);
    const RankGridGeometry& g = m_state->geometry;
    panTo(m_state->grabbedLayer - (g.request.transposed ? way.x() : way.y()) / g.layerPitch());
}

bool RankGrid::zoomKey(int key)
{
    if (m_state->view != GridView::Ranks && m_state->view != GridView::Difference) {
        return false;
    }
    const double middle = m_state->firstLayer + m_state->geometry.visibleLayers() / 2.0;
    const double layer = m_state->cursor ? m_state->cursor->layer + 0.5 : middle;
    switch (key) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomBy(zoomPerNotch, layer); break;
    case Qt::Key_Minus: zoomBy(1.0 / zoomPerNotch, layer); break;
    case Qt::Key_0: showAllLayers(); break;
    default: return false;
    }
    if (m_state->cursor && isZoomed()) { // it was out of sight, or half a layer tipped the scales
        panTo(m_state->firstLayerShowing(m_state->cursor->layer));
    }
    return true;
}

} // namespace spectune

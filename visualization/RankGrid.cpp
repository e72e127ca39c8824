// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGrid.h"

#include "visualization/NumberFormat.h"
#include "visualization/RankGridAccess.h"
#include "visualization/RankGridPainter.h"
#include "visualization/RankGridState.h"
#include "visualization/RunTags.h"
#include "visualization/Theme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <stdexcept>

namespace spectune {

namespace {

constexpr qint64 quietMilliseconds = 333; ///< above three events a second nothing fades
constexpr int noteSpace = 62;

} // namespace

RankGrid::RankGrid(QWidget* parent)
    : QWidget(parent)
    , m_state(std::make_unique<RankGridState>())
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    RankGridAccess::install(); // before the first word to a screen reader, which makes the interface
    setAccessibleName(tr("Rank of every matrix"));
}

RankGrid::~RankGrid() = default;

void RankGrid::setModuleLayout(std::shared_ptr<const ModuleLayout> layout)
{
    RankGridState& state = *m_state;
    state.view = layout ? GridView::Ranks : GridView::Empty;
    state.setLayout(std::move(layout));
    state.snapshot.reset();
    state.zoom = 1.0;
    state.cursor.reset();
    state.rangeAnchor.reset();
    state.drag.reset();
    state.hovered.reset();
    state.looks.clear();
    stopFade();
    setAccessibleName(tr("Rank of every matrix"));
    relayout();
}

void RankGrid::setSnapshot(std::shared_ptr<const RankSnapshot> snapshot)
{
    RankGridState& state = *m_state;
    const bool fresh = snapshot && snapshot->layout != state.layout;
    if (fresh) {
        setModuleLayout(snapshot->layout);
    }
    const std::vector<CellLook> before = state.looks;
    const bool wasIdle = !state.snapshot;
    state.snapshot = std::move(snapshot);
    state.updateScale();
    const std::vector<std::size_t> slots = state.refreshLooks();
    state.changed.clear();
    std::vector<QColor> from(state.looks.size());
    bool recoloured = false;
    for (const std::size_t slot : slots) {
        const GridCell cell {static_cast<int>(slot / state.kinds.size()), static_cast<int>(slot % state.kinds.size())};
        state.changed.push_back(state.moduleAt(cell));
        if (slot < before.size() && before[slot].fill != state.looks[slot].fill) {
            from[slot] = before[slot].fill.isValid() ? before[slot].fill : Theme::current().sunken;
            recoloured = true;
        }
    }
    const bool all = slots.size() == state.looks.size();
    const bool calm = !state.eventClock.isValid() || state.eventClock.elapsed() > quietMilliseconds;
    if (recoloured && !wasIdle) { // a first picture is no change that another would follow too soon
        state.eventClock.start();
    }
    if (recoloured && calm && !all && !fresh && !wasIdle && !state.scrubbing && !state.reducedMotion) {
        updateFading(); // what faded until now has its colour
        state.fadeFrom = std::move(from);
        startFade();
    } else if (recoloured) {
        stopFade();
    }
    for (const std::size_t slot : slots) {
        updateCell(static_cast<int>(slot / state.kinds.size()), static_cast<int>(slot % state.kinds.size()));
    }
    if (!slots.empty() || state.mode != GridMode::Rank) {
        update(state.geometry.legend().toAlignedRect().adjusted(-2, -2, 2, 2));
        for (const QRectF& strip : state.geometry.marginStrips()) {
            update(strip.toAlignedRect());
        }
    }
    announceMissing();
}

void RankGrid::setMode(GridMode mode)
{
    if (m_state->mode == mode) {
        return;
    }
    m_state->mode = mode;
    stopFade();
    m_state->updateScale();
    m_state->refreshLooks();
    update();
    announceMissing();
}

GridMode RankGrid::mode() const
{
    return m_state->mode;
}

QString RankGrid::missingText() const
{
    return m_state->missingText();
}

QString RankGrid::nearestText() const
{
    return m_state->showsNearest() ? nearestStepText(m_state->snapshot->nearestStep) : QString();
}

void RankGrid::announceMissing()
{
    if (QString text = m_state->missingText(); text != m_state->missing) {
        m_state->missing = std::move(text);
        Q_EMIT missingTextChanged();
    }
}

QString RankGrid::nearestStepText(std::int64_t step)
{
    return tr("λ and S of step %1, the nearest kept").arg(formatCount(step));
}

void RankGrid::setTargets(const std::vector<std::string>& kinds, int layerCount, std::vector<bool> ticked)
{
    RankGridState& state = *m_state;
    if (ticked.size() != kinds.size() * static_cast<std::size_t>(std::max(0, layerCount))) {
        throw std::out_of_range("RankGrid::setTargets: one tick per layer and matrix is needed");
    }
    const bool same = state.view == GridView::Targets && state.kinds == kinds && state.layers == layerCount;
    state.view = kinds.empty() || layerCount < 1 ? GridView::Empty : GridView::Targets;
    state.ticked = std::move(ticked);
    if (!same) {
        state.setLayout(nullptr);
        state.snapshot.reset();
        state.kinds = kinds;
        state.layers = layerCount;
        state.available.clear();
        state.cursor.reset();
        state.rangeAnchor.reset();
        state.drag.reset();
        state.hovered.reset();
        state.looks.clear();
        stopFade();
    }
    setAccessibleName(tr("Matrices to adapt"));
    relayout();
}

const std::vector<bool>& RankGrid::targets() const
{
    return m_state->ticked;
}

void RankGrid::setTargetsAvailable(std::vector<bool> available)
{
    if (!available.empty() && available.size() != m_state->ticked.size()) {
        throw std::out_of_range("RankGrid::setTargetsAvailable: one entry per target is needed");
    }
    m_state->available = std::move(available);
    update();
}

void RankGrid::setDifference(
    std::shared_ptr<const ModuleLayout> layout, std::vector<std::int32_t> difference, int other)
{
    if (!layout || layout->modules.size() != difference.size()) {
        throw std::out_of_range("RankGrid::setDifference: one difference per matrix is needed");
    }
    setModuleLayout(std::move(layout));
    m_state->view = GridView::Difference;
    m_state->largestDifference = 1;
    for (const std::int32_t delta : difference) {
        m_state->largestDifference = std::max(m_state->largestDifference, delta < 0 ? -delta : delta);
    }
    m_state->difference = std::move(difference);
    m_state->otherRun = other;
    setAccessibleName(tr("Difference of ranks, run %1 minus run A").arg(RunTag::letter(other)));
    m_state->looks.clear();
    relayout();
}

void RankGrid::setSelected(ModuleIndex module)
{
    std::optional<GridCell> cell;
    if (module.isValid() && m_state->layout && module.at() < m_state->layout->modules.size()) {
        const ModuleInfo& info = (*m_state->layout)[module];
        cell = GridCell {info.layer.value, info.kind.value};
    }
    if (cell == m_state->cursor) {
        return;
    }
    m_state->cursor = cell;
    if (cell && isZoomed()) {
        panTo(m_state->firstLayerShowing(cell->layer));
    }
    announceCell();
    update();
}

ModuleIndex RankGrid::selected() const
{
    return m_state->cursor ? m_state->moduleAt(*m_state->cursor) : ModuleIndex {};
}

void RankGrid::setNote(const QString& headline, const QString& detail)
{
    if (m_state->headline == headline && m_state->detail == detail) {
        return;
    }
    m_state->headline = headline;
    m_state->detail = detail;
    relayout();
}

void RankGrid::setLoading(const QString& stage)
{
    if (m_state->loading == stage) {
        return;
    }
    m_state->loading = stage;
    m_state->refreshLooks();
    update();
}

void RankGrid::setFailed(bool failed)
{
    if (m_state->failed == failed) {
        return;
    }
    m_state->failed = failed;
    m_state->refreshLooks();
    update();
}

void RankGrid::setScrubbing(bool scrubbing)
{
    m_state->scrubbing = scrubbing;
    if (scrubbing)
        stopFade();
}

void RankGrid::setReducedMotion(bool reduced)
{
    m_state->reducedMotion = reduced;
    if (reduced)
        stopFade();
}

bool RankGrid::hasReducedMotion() const
{
    return m_state->reducedMotion;
}

const RankGridGeometry& RankGrid::gridGeometry() const
{
    return m_state->geometry;
}

const std::vector<ModuleIndex>& RankGrid::lastChanged() const
{
    return m_state->changed;
}

QSize RankGrid::sizeHint() const
{
    return {486, 660};
}

QSize RankGrid::minimumSizeHint() const
{
    return {280, 200};
}

void RankGrid::relayout()
{
    RankGridState& state = *m_state;
    const bool note = !state.headline.isEmpty() || !state.detail.isEmpty();
    RankGridRequest request {.size = size(),
        .layers = state.layers,
        .kinds = state.columns(),
        .attentionKinds = state.attentionKinds(),
        .targets = state.view == GridView::Targets,
        .noteHeight = note && state.view == GridView::Ranks ? noteSpace : 0,
        .devicePixelRatio = state.pixelRatio,
        .transposed = state.transposed && state.view != GridView::Targets,
        .zoom = state.view != GridView::Targets ? state.zoom : 1.0,
        .firstLayer = state.firstLayer};
    if (request.zoom > 1.0) { // turned round, or with more room, what was near may be too near
        request.zoom = state.zoom = std::min(state.zoom, RankGridGeometry::mostZoom(request));
    }
    const bool wasZoomed = isZoomed();
    state.geometry = RankGridGeometry::compute(request);
    // Whole layers are shown; what was asked for stays, so that many small ways add up.
    const double last = std::max(0.0, state.layers - state.geometry.visibleLayers());
    state.firstLayer = isZoomed() ? std::clamp(state.firstLayer, 0.0, last) : 0.0;
    state.updateScale();
    if (state.view != GridView::Empty) {
        state.refreshLooks();
    }
    state.changed.clear();
    for (std::size_t i = 0; state.layout && i < state.layout->modules.size(); ++i) {
        state.changed.push_back(ModuleIndex {static_cast<std::int32_t>(i)});
    }
    update();
    announceMissing();
    if (isZoomed() != wasZoomed && !state.zooming) {
        Q_EMIT zoomChanged(isZoomed());
    }
}

void RankGrid::updateCell(int layer, int kind)
{
    update(m_state->geometry.cell(layer, kind).toAlignedRect().adjusted(-1, -1, 1, 1));
}

void RankGrid::startFade()
{
    m_state->fadeClock.start();
    if (m_state->fadeTimer == 0) {
        m_state->fadeTimer = startTimer(16, Qt::PreciseTimer);
    }
}

void RankGrid::stopFade()
{
    if (m_state->fadeTimer != 0) {
        killTimer(m_state->fadeTimer);
        m_state->fadeTimer = 0;
    }
    updateFading();
    m_state->fadeFrom.clear();
}

void RankGrid::updateFading()
{
    const RankGridState& state = *m_state;
    for (std::size_t slot = 0; slot < std::min(state.fadeFrom.size(), state.looks.size()); ++slot) {
        if (state.fadeFrom[slot].isValid()) {
            updateCell(static_cast<int>(slot / state.kinds.size()), static_cast<int>(slot % state.kinds.size()));
        }
    }
}

void RankGrid::timerEvent(QTimerEvent*)
{
    if (m_state->fadeProgress() >= 1.0) {
        stopFade();
    } else {
        updateFading();
    }
}

void RankGrid::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    const double ratio = painter.deviceTransform().m11(); // a window moves between screens, a picture has its own
    if (ratio != m_state->pixelRatio) {
        m_state->pixelRatio = ratio;
        relayout();
    }
    painter.fillRect(event->rect(), Theme::current().panel);
    RankGridPainter(painter, *m_state, event->region()).paint();
}

void RankGrid::resizeEvent(QResizeEvent*)
{
    relayout();
}

} // namespace spectune

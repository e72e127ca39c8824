// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridGeometry.h"

#include "visualization/Fonts.h"

#include <QString>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int foldAbove = 40;
constexpr int oneBlockAbove = 120;
constexpr double padding = 12.0;
constexpr double mostLayerPitch = 32.0; ///< of the closest zoom
constexpr double tallestRow = 72.0; ///< of a matrix, transposed
constexpr double narrowest = 4.0; ///< device pixels of a column, transposed, that has a gap
constexpr double uprightBar = 26.0; ///< length of a layer's bar, transposed
constexpr double lineRoom = 13.0; ///< height that a figure or a name takes
constexpr double letterRoom = 11.0; ///< width of a matrix' name at its shortest: its first letter
constexpr double figureGap = 6.0; ///< between the longest bar and its figure
constexpr double labelGap = 5.0; ///< between two figures beside each other
constexpr double headBelowLegend = 66.0; ///< top of the cells: the matrices' names stand off the legend's figures
constexpr double labelOverhang = 4.0; ///< beyond the first and the last column; then come the axes' names

struct Frame {
    double labels;
    double group;
    double margin;
    double between; ///< two blocks
    double top;
    double bottom;
};

Frame frameFor(const RankGridRequest& request, int blocks)
{
    if (request.targets) {
        return {58.0, 8.0, padding, 0.0, 42.0, 6.0};
    }
    if (request.transposed) {
        return {44.0, 8.0, 84.0, 0.0, 70.0, 54.0}; // the layers' figures stand off the legend's
    }
    if (blocks == 2) {
        return {30.0, 4.0, 36.0, 16.0, headBelowLegend, 36.0};
    }
    const double width = request.size.width();
    return {36.0, 8.0, width >= 470.0 ? 84.0 : 70.0, 0.0, headBelowLegend, 40.0};
}

/// What the cells of one block and the gap between its groups of matrices may take.
struct Room {
    double width;
    double height;
};

Room roomFor(const RankGridRequest& request, const Frame& frame, int blocks)
{
    const double edge = blocks == 2 ? 2.0 * padding : (request.targets ? 0.0 : padding);
    return {(request.size.width() - edge - frame.between) / blocks - frame.labels - frame.margin,
        request.size.height() - frame.top - frame.bottom - request.noteHeight};
}

double leastPitch(const RankGridRequest& request)
{
    return 3.0 / std::max(1.0, request.devicePixelRatio);
}

bool hasGap(const RankGridRequest& request)
{
    return request.attentionKinds > 0 && request.attentionKinds < request.kinds;
}

} // namespace

double RankGridGeometry::mostZoom(const RankGridRequest& request)
{
    if (request.layers < 1 || request.kinds < 1) {
        return 1.0;
    }
    RankGridRequest one = request;
    one.zoom = 2.0; // one block
    const double least = leastPitch(request);
    const double widest = request.transposed ? HUGE_VAL : std::max(least, compute(one).pitchX);
    const Room room = roomFor(request, frameFor(request, 1), 1);
    const double space = request.transposed ? room.width : room.height;
    return std::max(1.0, mostLayerPitch / std::clamp(space / request.layers, least, widest));
}

RankGridGeometry RankGridGeometry::compute(const RankGridRequest& request)
{
    RankGridGeometry g;
    g.request = request;
    if (request.layers < 1 || request.kinds < 1) {
        return g;
    }
    const double ratio = std::max(1.0, request.devicePixelRatio);
    const auto snap = [ratio](double value) { return std::floor(value * ratio + 1e-6) / ratio; };
    const bool one = request.targets || request.transposed || request.zoom > 1.0;
    const bool folds = request.layers > foldAbove && request.layers <= oneBlockAbove && !one;
    g.blocks = folds ? 2 : 1;
    g.rowsPerBlock = (request.layers + g.blocks - 1) / g.blocks;
    g.layerGapEvery = request.layers > oneBlockAbove && request.zoom <= 1.0 && !request.transposed ? 8 : 0;
    g.layerGap = g.layerGapEvery > 0 ? snap(2.0) : 0.0;
    const Frame frame = frameFor(request, g.blocks);
    g.labelWidth = frame.labels;
    g.marginWidth = frame.margin;
    g.groupGap = hasGap(request) ? snap(frame.group) : 0.0;
    g.gap = std::max(1.0, std::round(ratio)) / ratio;
    g.left = snap(g.blocks == 2 ? padding + frame.labels : frame.labels);
    g.top = snap(frame.top);

    const Room room = roomFor(request, frame, g.blocks);
    if (request.transposed) {
        g.placeLayers(room.width);
        const double most = std::max({3.0 / ratio, g.pitchX, tallestRow});
        g.pitchY = std::clamp(snap((room.height - g.groupGap) / request.kinds), 3.0 / ratio, most);
    } else {
        g.pitchX = std::max(4.0 / ratio, snap((room.width - g.groupGap) / request.kinds));
        g.placeLayers(room.height);
    }
    g.blockStride = snap(request.kinds * g.pitchX + g.groupGap + frame.margin + frame.between + frame.labels);
    g.numbers = g.layerGapEvery == 0 && g.pitchY >= 14.0 && g.pitchX >= 18.0;
    g.layerSums = g.blocks == 1 && (!request.transposed || g.pitchX >= 22.0);
    g.chooseLabels();
    g.numberPixels = g.pitchY >= 17.0 && g.pitchX >= 24.0 ? 12 : 11;
    return g;
}

void RankGridGeometry::chooseLabels()
{
    // The bold figure of the chosen layer is the widest one.
    labelRoom = request.transposed
        ? tabularWidth(Fonts::captionBold(), QString(QString::number(request.layers - 1).size(), QLatin1Char('0')))
            + labelGap
        : lineRoom;
    labelEvery = std::max(1, layerGapEvery); // where groups of layers stand apart, each has one label at least
    while (labelEvery > 1 && layerPitch() * labelEvery >= 2.0 * labelRoom) {
        labelEvery /= 2;
    }
    while (labelEvery < request.layers && layerPitch() * labelEvery < labelRoom) {
        labelEvery *= 2;
    }
    kindEvery = 1;
    const double kindRoom = request.transposed ? lineRoom : letterRoom;
    while (kindEvery < request.kinds && (request.transposed ? pitchY : pitchX) * kindEvery < kindRoom) {
        kindEvery *= 2;
    }
}

bool RankGridGeometry::hasLabel(int layer, std::optional<int> chosen) const
{
    if (rowsPerBlock < 1 || (chosen && *chosen == layer)) {
        return rowsPerBlock > 0 && isInView(layer);
    }
    const bool crowded = chosen && blockOf(*chosen) == blockOf(layer) && isInView(*chosen)
        && std::abs(labelMiddle(*chosen) - labelMiddle(layer)) < labelRoom;
    // A label that would have to make way stands too near to the next one: it is left out.
    const double middle = layerMiddle(layer);
    return layer % rowsPerBlock % labelEvery == 0 && !crowded && isInView(layer)
        && std::abs(labelMiddle(layer) - middle) < 0.5;
}

double RankGridGeometry::layersLength() const
{
    return zoomed() ? m_view : alongLayers(rowsPerBlock - 1) + layerPitch();
}

bool RankGridGeometry::isInView(int layer) const
{
    const double middle = layerMiddle(layer);
    return middle >= 0.0 && middle <= layersLength();
}

double RankGridGeometry::labelMiddle(int layer) const
{
    const double middle = layerMiddle(layer);
    if (!request.transposed) {
        return middle; // half a figure beyond the ends meets nothing
    }
    const double digit = (labelRoom - labelGap) / static_cast<double>(QString::number(request.layers - 1).size());
    const double half = digit * static_cast<double>(QString::number(layer).size()) / 2.0 - labelOverhang;
    const double last = layersLength() - half;
    return half < last ? std::clamp(middle, half, last) : middle;
}

void RankGridGeometry::placeLayers(double space)
{
    const double ratio = std::max(1.0, request.devicePixelRatio);
    const auto snap = [ratio](double value) { return std::floor(value * ratio + 1e-6) / ratio; };
    const int gaps = layerGapEvery > 0 ? (rowsPerBlock - 1) / layerGapEvery : 0;
    const double least = leastPitch(request);
    if (gaps > 0) { // in a low grid they make way for the rows and the sums below
        layerGap = std::clamp(snap((space - rowsPerBlock * least) / gaps), 0.0, layerGap);
    }
    double& pitch = request.transposed ? pitchX : pitchY;
    const double widest = request.transposed ? HUGE_VAL : std::max(least, pitchX); // never taller than wide
    const double all = std::clamp((space - gaps * layerGap) / rowsPerBlock, least, widest);
    if (!zoomed()) {
        request.firstLayer = 0.0;
        pitch = std::max(least, snap(all));
        if (request.transposed && pitch < narrowest / ratio) { // columns without gaps, 2 or 3 pixels wide
            pitch = space / rowsPerBlock;
            gap = 0.0;
        }
        return;
    }
    // Whole layers alone: one that is cut would have a label, a sum and figures with no room of their own.
    pitch = std::max(least, snap(all * request.zoom));
    const int shown = std::clamp(static_cast<int>(space / pitch + 1e-6), 1, rowsPerBlock);
    request.firstLayer = std::clamp(std::round(request.firstLayer), 0.0, static_cast<double>(rowsPerBlock - shown));
    m_view = shown * pitch;
}

double RankGridGeometry::visibleLayers() const
{
    return zoomed() && layerPitch() > 0.0 ? m_view / layerPitch() : static_cast<double>(rowsPerBlock);
}

double RankGridGeometry::alongLayers(int layer) const
{
    const int row = rowsPerBlock > 0 ? layer % rowsPerBlock : 0;
    const int gaps = layerGapEvery > 0 ? row / layerGapEvery : 0;
    return (row - request.firstLayer) * layerPitch() + gaps * layerGap;
}

double RankGridGeometry::layerMiddle(int layer) const
{
    return alongLayers(layer) + (layerPitch() - gap) / 2.0;
}

double RankGridGeometry::alongKinds(int kind) const
{
    const bool second = hasGap(request) && kind >= request.attentionKinds;
    return kind * (request.transposed ? pitchY : pitchX) + (second ? groupGap : 0.0);
}

double RankGridGeometry::columnX(int block, int kind) const
{
    return left + block * blockStride + alongKinds(kind);
}

double RankGridGeometry::rowY(int layer) const
{
    return top + alongLayers(layer);
}

QRectF RankGridGeometry::cell(int layer, int kind) const
{
    const QSizeF size(pitchX - gap, pitchY - gap);
    if (request.transposed) {
        const double x = left + alongLayers(layer);
        if (gap == 0.0) { // edges stay on whole pixels
            return {QPointF(std::floor(x), top + alongKinds(kind)),
                QPointF(std::floor(x + pitchX), top + alongKinds(kind) + pitchY - 1.0)};
        }
        return {QPointF(x, top + alongKinds(kind)), size};
    }
    return {QPointF(columnX(blockOf(layer), kind), rowY(layer)), size};
}

QRectF RankGridGeometry::cells() const
{
    return {left, top, right(blocks - 1) - left, bottom() - top};
}

double RankGridGeometry::layerAt(QPointF position) const
{
    const double along = request.transposed ? position.x() - left : position.y() - top;
    return layerPitch() > 0.0 ? request.firstLayer + along / layerPitch() : 0.0;
}

QRectF RankGridGeometry::rowLabel(int layer) const
{
    const double middle = labelMiddle(layer);
    if (request.transposed) {
        const double width = std::max(labelRoom, pitchX - gap);
        return {left + middle - width / 2.0, top - 18.0, width, 16.0};
    }
    const double from = columnX(blockOf(layer), 0) - labelWidth;
    const double width = request.targets ? 27.0 : labelWidth - (blocks == 2 ? 6.0 : 7.0);
    const double height = std::max(lineRoom, pitchY - gap); // a label is taller than a low row
    return {from, top + middle - height / 2.0, width, height};
}

QRectF RankGridGeometry::columnLabel(int block, int kind) const
{
    if (request.transposed) {
        return {0.0, top + alongKinds(kind), left - 7.0, pitchY - gap};
    }
    return {columnX(block, kind), request.targets ? 1.0 : top - 18.0, pitchX - gap, 16.0};
}

QRectF RankGridGeometry::layerBar(int layer) const
{
    const double inset = layerPitch() < 6.0 ? 0.0 : std::floor(layerPitch() * 0.28);
    const double thick = std::max(1.0, layerPitch() - gap - 2.0 * inset);
    if (request.transposed) {
        return {left + alongLayers(layer) + inset, bottom() + 5.0, thick, uprightBar};
    }
    const double x = right(blockOf(layer)) + (blocks == 2 ? 4.0 : 9.0);
    const double width = blocks == 2 ? marginWidth - 4.0 : marginWidth - 40.0;
    return {x, rowY(layer) + inset, std::max(4.0, width), thick};
}

QRectF RankGridGeometry::layerSum(int layer) const
{
    if (request.transposed) {
        return {left + alongLayers(layer), bottom() + uprightBar + 7.0, pitchX - gap, 16.0};
    }
    const double x = right(blockOf(layer)) + 9.0;
    return {x, rowY(layer), marginWidth - 9.0, pitchY - gap};
}

QRectF RankGridGeometry::kindBar(int block, int kind) const
{
    if (request.transposed) {
        const double thick = std::min(7.0, pitchY - gap);
        return {right(0) + 9.0, top + alongKinds(kind) + (pitchY - gap - thick) / 2.0, marginWidth - 49.0, thick};
    }
    return {columnX(block, kind), bottom() + 4.0, pitchX - gap, 5.0};
}

double RankGridGeometry::barRoom(double figure) const
{
    return std::max(0.0, marginWidth - 9.0 - figure - figureGap);
}

QRectF RankGridGeometry::kindSum(int block, int kind) const
{
    if (request.transposed) {
        return {right(0) + 9.0, top + alongKinds(kind), marginWidth - 9.0, pitchY - gap};
    }
    return {columnX(block, kind), bottom() + (blocks == 2 ? 4.0 : 12.0), pitchX - gap, 16.0};
}

std::vector<QRectF> RankGridGeometry::marginStrips() const
{
    constexpr double offCells = 2.0; // a cell is repainted with a pixel around it
    const double width = request.size.width();
    const double height = request.size.height();
    std::vector<QRectF> strips {{0.0, bottom() + offCells, width, height - bottom() - offCells}};
    for (int block = 0; block < blocks; ++block) {
        strips.emplace_back(right(block) + offCells, top - 20.0, marginWidth + 10.0, height);
    }
    return strips;
}

QRectF RankGridGeometry::rowBox(int layer) const
{
    const double size = std::min(13.0, pitchY - 1.0);
    return {left - 23.0, std::round(rowY(layer) + (pitchY - gap - size) / 2.0), size, size};
}

QRectF RankGridGeometry::columnBox(int kind) const
{
    return {std::round(columnX(0, kind) + (pitchX - gap - 13.0) / 2.0), 20.0, 13.0, 13.0};
}

double RankGridGeometry::right(int block) const
{
    if (request.transposed) {
        return zoomed() ? left + m_view : left + alongLayers(std::max(0, request.layers - 1)) + pitchX;
    }
    return request.kinds > 0 ? columnX(block, request.kinds - 1) + pitchX : left;
}

double RankGridGeometry::bottom() const
{
    if (request.transposed) {
        return request.kinds > 0 ? top + alongKinds(request.kinds - 1) + pitchY : top;
    }
    if (zoomed()) {
        return top + m_view;
    }
    return rowsPerBlock > 0 ? rowY(rowsPerBlock - 1) + pitchY : top;
}

QRectF RankGridGeometry::legend() const
{
    return {left, 2.0, std::max(0.0, request.size.width() - left - padding), 40.0};
}

} // namespace spectune

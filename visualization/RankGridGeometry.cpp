// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridGeometry.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int foldAbove = 40;
constexpr int oneBlockAbove = 120;
constexpr double padding = 12.0;

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
    if (blocks == 2) {
        return {30.0, 4.0, 36.0, 16.0, 62.0, 36.0};
    }
    const double width = request.size.width();
    return {36.0, 8.0, width >= 470.0 ? 84.0 : 62.0, 0.0, 62.0, 40.0};
}

bool hasGap(const RankGridRequest& request)
{
    return request.attentionKinds > 0 && request.attentionKinds < request.kinds;
}

} // namespace

RankGridGeometry RankGridGeometry::compute(const RankGridRequest& request)
{
    RankGridGeometry g;
    g.request = request;
    if (request.layers < 1 || request.kinds < 1) {
        return g;
    }
    const double ratio = std::max(1.0, request.devicePixelRatio);
    const auto snap = [ratio](double value) { return std::floor(value * ratio + 1e-6) / ratio; };
    const bool folds = request.layers > foldAbove && request.layers <= oneBlockAbove && !request.targets;
    g.blocks = folds ? 2 : 1;
    g.rowsPerBlock = (request.layers + g.blocks - 1) / g.blocks;
    g.layerGapEvery = request.layers > oneBlockAbove ? 8 : 0;
    g.layerGap = g.layerGapEvery > 0 ? snap(2.0) : 0.0;
    const Frame frame = frameFor(request, g.blocks);
    g.labelWidth = frame.labels;
    g.marginWidth = frame.margin;
    g.groupGap = hasGap(request) ? snap(frame.group) : 0.0;
    g.gap = std::max(1.0, std::round(ratio)) / ratio;
    g.left = snap(g.blocks == 2 ? padding + frame.labels : frame.labels);
    g.top = snap(frame.top);

    const double edge = g.blocks == 2 ? 2.0 * padding : (request.targets ? 0.0 : padding);
    const double perBlock = (request.size.width() - edge - frame.between) / g.blocks - frame.labels - frame.margin;
    g.pitchX = std::max(4.0 / ratio, snap((perBlock - g.groupGap) / request.kinds));
    const int gaps = g.layerGapEvery > 0 ? (g.rowsPerBlock - 1) / g.layerGapEvery : 0;
    const double height = request.size.height() - frame.top - frame.bottom - request.noteHeight - gaps * g.layerGap;
    g.pitchY = std::clamp(snap(height / g.rowsPerBlock), 3.0 / ratio, std::max(3.0 / ratio, g.pitchX));
    g.blockStride = snap(request.kinds * g.pitchX + g.groupGap + frame.margin + frame.between + frame.labels);

    g.numbers = g.layerGapEvery == 0 && g.pitchY >= 14.0 && g.pitchX >= 18.0;
    g.layerSums = g.blocks == 1;
    g.labelEvery = g.pitchY >= 13.0 ? 1 : g.pitchY >= 10.0 ? 2 : 8;
    g.numberPixels = g.pitchY >= 17.0 && g.pitchX >= 24.0 ? 12 : 11;
    return g;
}

double RankGridGeometry::columnX(int block, int kind) const
{
    const bool second = hasGap(request) && kind >= request.attentionKinds;
    return left + block * blockStride + kind * pitchX + (second ? groupGap : 0.0);
}

double RankGridGeometry::rowY(int layer) const
{
    const int row = rowsPerBlock > 0 ? layer % rowsPerBlock : 0;
    const int gaps = layerGapEvery > 0 ? row / layerGapEvery : 0;
    return top + row * pitchY + gaps * layerGap;
}

QRectF RankGridGeometry::cell(int layer, int kind) const
{
    return {columnX(blockOf(layer), kind), rowY(layer), pitchX - gap, pitchY - gap};
}

QRectF RankGridGeometry::rowLabel(int layer) const
{
    const double from = columnX(blockOf(layer), 0) - labelWidth;
    const double width = request.targets ? 27.0 : labelWidth - (blocks == 2 ? 6.0 : 7.0);
    const double grow = std::max(0.0, 14.0 - pitchY); // a label is taller than a low row
    return {from, rowY(layer) - grow / 2.0, width, pitchY - gap + grow};
}

QRectF RankGridGeometry::columnLabel(int block, int kind) const
{
    return {columnX(block, kind), request.targets ? 1.0 : top - 18.0, pitchX - gap, 16.0};
}

QRectF RankGridGeometry::layerBar(int layer) const
{
    const double x = right(blockOf(layer)) + (blocks == 2 ? 4.0 : 9.0);
    const double width = blocks == 2 ? marginWidth - 4.0 : marginWidth - 40.0;
    const double inset = pitchY < 6.0 ? 0.0 : std::floor(pitchY * 0.28);
    return {x, rowY(layer) + inset, std::max(4.0, width), std::max(1.0, pitchY - gap - 2.0 * inset)};
}

QRectF RankGridGeometry::layerSum(int layer) const
{
    const double x = right(blockOf(layer)) + 9.0;
    return {x, rowY(layer), marginWidth - 9.0, pitchY - gap};
}

QRectF RankGridGeometry::kindBar(int block, int kind) const
{
    return {columnX(block, kind), bottom() + 4.0, pitchX - gap, 5.0};
}

QRectF RankGridGeometry::kindSum(int block, int kind) const
{
    return {columnX(block, kind), bottom() + (blocks == 2 ? 4.0 : 12.0), pitchX - gap, 16.0};
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
    return request.kinds > 0 ? columnX(block, request.kinds - 1) + pitchX : left;
}

double RankGridGeometry::bottom() const
{
    return rowsPerBlock > 0 ? rowY(rowsPerBlock - 1) + pitchY : top;
}

QRectF RankGridGeometry::legend() const
{
    return {left, 2.0, std::max(0.0, request.size.width() - left - padding), 40.0};
}

std::optional<GridCell> RankGridGeometry::cellAt(QPointF position) const
{
    for (int block = 0; block < blocks; ++block) {
        if (position.x() < columnX(block, 0) || position.x() >= right(block)) {
            continue;
        }
        for (int row = 0; row < rowsPerBlock; ++row) {
            const int layer = block * rowsPerBlock + row;
            const double y = position.y() - rowY(layer);
            if (layer >= request.layers || y < 0.0 || y >= pitchY) {
                continue;
            }
            for (int kind = 0; kind < request.kinds; ++kind) {
                const double x = position.x() - columnX(block, kind);
                if (x >= 0.0 && x < pitchX) {
                    return GridCell {layer, kind};
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<int> RankGridGeometry::rowHeaderAt(QPointF position) const
{
    for (int layer = 0; layer < request.layers; ++layer) {
        const double from = columnX(blockOf(layer), 0) - labelWidth;
        if (QRectF(from, rowY(layer), labelWidth, pitchY).contains(position)) {
            return layer;
        }
    }
    return std::nullopt;
}

std::optional<int> RankGridGeometry::columnHeaderAt(QPointF position) const
{
    const double from = request.targets ? 0.0 : top - 20.0;
    for (int block = 0; block < blocks; ++block) {
        for (int kind = 0; kind < request.kinds; ++kind) {
            if (QRectF(columnX(block, kind), from, pitchX, top - from).contains(position)) {
                return kind;
            }
        }
    }
    return std::nullopt;
}

} // namespace spectune

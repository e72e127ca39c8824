// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid for files and the clipboard.
#include "visualization/CsvNumber.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <QPainter>

namespace spectune {

void RankGrid::paintOn(QPaintDevice& device, QSize size) const
{
    QPainter painter(&device);
    RankGridState state = *m_state; // how it looks stays as it is; where it stands follows the picture's size
    state.pixelRatio = painter.deviceTransform().m11();
    state.fadeFrom.clear();
    state.cursor.reset();
    state.hovered.reset();
    RankGridRequest request = state.geometry.request;
    request.size = size;
    request.devicePixelRatio = state.pixelRatio;
    state.geometry = RankGridGeometry::compute(request);
    state.updateScale(); // how much a figure tells follows from the cells' width
    if (state.view != GridView::Empty) {
        state.refreshLooks();
    }
    const QRect whole(QPoint(), size);
    painter.fillRect(whole, Theme::current().panel);
    const QRegion region(whole);
    RankGridPainter(painter, state, region).paint();
}

QString RankGrid::toCsv() const
{
    const RankGridState& state = *m_state;
    if (!state.layout || state.view == GridView::Targets) {
        return {};
    }
    const bool difference = state.view == GridView::Difference;
    const bool own = state.snapshot && state.snapshot->nearestStep < 0; // a line has no values of another step
    const bool scores = own && state.snapshot->hasScores;
    const bool lambdas = own && state.snapshot->hasLambda;
    const bool triplets = state.snapshot && state.snapshot->hasTriplets;
    QString csv = difference ? QStringLiteral("layer,matrix,module,rank_b_minus_a\n")
                             : QStringLiteral("step,layer,matrix,module,rank,init_rank,lost,back,revived,importance,"
                                              "lambda_sum,orth_p,orth_q\n");
    for (std::size_t i = 0; i < state.layout->modules.size(); ++i) {
        const ModuleInfo& info = state.layout->modules[i];
        const QString place = QStringLiteral("%1,%2,%3")
                                  .arg(info.layer.value)
                                  .arg(QString::fromStdString(state.layout->kinds.at(info.kind.at())),
                                      QString::fromStdString(info.name));
        if (difference) {
            csv += place + QStringLiteral(",%1\n").arg(state.difference.at(i));
            continue;
        }
        ModuleState module;
        const std::int64_t start = state.layout->rankOf({static_cast<std::int32_t>(i)});
        module.rank = static_cast<std::int32_t>(start);
        if (state.snapshot) {
            module = state.snapshot->modules.at(i);
        }
        QStringList line {QString::number(state.snapshot ? state.snapshot->step : 0), place,
            QString::number(module.rank), QString::number(start), QString::number(module.lostAtLastEvent),
            QString::number(module.backAtLastEvent)};
        line << (triplets ? QString::number(state.revivedOf(ModuleIndex {static_cast<std::int32_t>(i)})) : QString());
        line << (scores ? csvNumber(module.importance) : QString()); // not known: empty, never 0
        for (const float value : {module.lambdaSum, module.orthP, module.orthQ}) {
            line << (lambdas ? csvNumber(value) : QString());
        }
        csv += line.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return csv;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FormulaView.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int rowHeight = 16;
constexpr int titleHeight = 22;
constexpr int nameWidth = 66;
constexpr int leastWidth = 220;
constexpr int between = 12; ///< the least between title and note that share a line

/// @p text in lines of at most @p width pixels, broken at spaces; a word that is wider has a line of its own.
QStringList wrapped(const QString& text, const QFont& font, double width)
{
    QStringList lines;
    const double space = tabularWidth(font, QStringLiteral(" "));
    double used = 0.0; // of the last line
    for (const QString& word : text.split(QLatin1Char(' '))) {
        const double wide = tabularWidth(font, word);
        if (lines.isEmpty() || used + space + wide > width) {
            lines << word;
            used = wide;
        } else {
            lines.last() += QLatin1Char(' ') + word;
            used += space + wide;
        }
    }
    return lines;
}

QString verdict(const RankSnapshot& snapshot, const TripletState& triplet)
{
    if (snapshot.eventStep < 0)
        return FormulaView::tr("none yet: before the first event all are kept");
    const double threshold = snapshot.threshold;
    const QString value = formatScientific(threshold);
    if (snapshot.nearestStep >= 0) // that S did not meet this threshold
        return FormulaView::tr("= %1 at step %2; S is of step %3, the nearest kept")
            .arg(value, formatCount(snapshot.eventStep), formatCount(snapshot.nearestStep));
    if (threshold <= 0)
        return value;
    const double off = (triplet.score - threshold) / threshold;
    const QString word = triplet.kept ? FormulaView::tr("so kept") : FormulaView::tr("so pruned");
    if (std::abs(off) > 9.99)
        return QStringLiteral("= %1, %2").arg(value, word);
    return FormulaView::tr("= %1, %2, %3 %4")
        .arg(value, word, formatPercent(std::abs(off)), off >= 0 ? FormulaView::tr("above") : FormulaView::tr("below"));
}

/// s(λ) by its factors. S is of the last event and they are of the snapshot's step: between events the two are told
/// apart.
void addTermsOfLambda(const RankSnapshot& snapshot, const TripletState& state, ScoreKind score, FormulaLines& lines)
{
    const bool product = score == ScoreKind::SensitivityUncertainty;
    const double now = product
        ? static_cast<double>(state.sensitivityLambda) * static_cast<double>(state.uncertaintyLambda)
        : static_cast<double>(state.sensitivityLambda);
    const QString factors = product ? QStringLiteral("= %1 × %2 = %3")
                                          .arg(formatScientific(state.sensitivityLambda),
                                              formatScientific(state.uncertaintyLambda), formatScientific(now))
                                    : QStringLiteral("= %1").arg(formatScientific(now));
    const double then = state.scoreLambda;
    constexpr double rounding = 1e-5; // float32, the device's product and this one
    if (snapshot.eventStep < 0 || std::abs(now - then) <= rounding * std::max(std::abs(now), std::abs(then))) {
        lines.rows.emplace_back(product ? QStringLiteral("s(λ) = Ī·Ū") : QStringLiteral("s(λ) = Ī"), factors);
        return;
    }
    const bool near = snapshot.nearestStep >= 0; // whose last event is not known
    const QString when
        = near ? FormulaView::tr("= %1 at the event before step %2") : FormulaView::tr("= %1 at step %2");
    lines.rows.emplace_back(QStringLiteral("s(λ)"),
        when.arg(formatScientific(then), formatCount(near ? snapshot.nearestStep : snapshot.eventStep)));
    lines.rows.emplace_back(product ? near ? FormulaView::tr("Ī·Ū then") : FormulaView::tr("Ī·Ū now")
            : near ? FormulaView::tr("Ī then")
                                    : FormulaView::tr("Ī now"),
        factors);
}

} // namespace

FormulaLines FormulaLines::of(const RankSnapshot& snapshot, ModuleIndex module, int triplet, ScoreKind score)
{
    FormulaLines lines;
    if (triplet < 0 || triplet >= static_cast<int>(snapshot.layout->rankOf(module)) || snapshot.triplets.empty())
        return lines;
    const TripletState& state = snapshot.tripletsOf(module)[triplet];
    const bool back = state.kept && state.revivedAt >= 0 && state.revivedAt == snapshot.eventStep;
    const QString number = QString::number(triplet);
    lines.title = back ? FormulaView::tr("Why #%1 is back").arg(number)
        : state.kept   ? FormulaView::tr("Why #%1 is kept").arg(number)
                       : FormulaView::tr("Why #%1 is pruned").arg(number);
    if (snapshot.nearestStep >= 0) // another step's S is no reason
        lines.title = back ? FormulaView::tr("#%1 is back").arg(number)
            : state.kept   ? FormulaView::tr("#%1 is kept").arg(number)
                           : FormulaView::tr("#%1 is pruned").arg(number);
    if (state.prunedAt < 0)
        lines.note = FormulaView::tr("never pruned");
    else if (state.kept && state.revivedAt >= 0)
        lines.note = FormulaView::tr("pruned at %1, back at %2")
                         .arg(formatCount(state.prunedAt), formatCount(state.revivedAt));
    else
        lines.note = FormulaView::tr("pruned at %1").arg(formatCount(state.prunedAt));
    if (!snapshot.hasScores) {
        lines.rows.emplace_back(FormulaView::tr("S"), FormulaView::tr("No scores at this step."));
        return lines;
    }
    if (score == ScoreKind::Magnitude) {
        lines.rows.emplace_back(QStringLiteral("S"), QStringLiteral("= |λ| = %1").arg(formatScientific(state.score)));
    } else {
        lines.rows.emplace_back(QStringLiteral("S"), FormulaView::tr("= s(λ) + mean s(P) + mean s(Q)"));
        lines.rows.emplace_back(QString(),
            QStringLiteral("= %1 + %2 + %3")
                .arg(formatScientific(state.scoreLambda), formatScientific(state.meanScoreP),
                    formatScientific(state.meanScoreQ)));
        lines.rows.emplace_back(QString(), QStringLiteral("= %1").arg(formatScientific(state.score)));
        addTermsOfLambda(snapshot, state, score, lines);
        const ModuleInfo& info = (*snapshot.layout)[module];
        const auto mean = [&](const QString& name, float value, std::int64_t entries) {
            lines.rows.emplace_back(name,
                entries > 0
                    ? FormulaView::tr("= %1, over %2 entries").arg(formatScientific(value), formatCount(entries))
                    : QStringLiteral("= ") + formatScientific(value));
        };
        mean(FormulaView::tr("mean s(P)"), state.meanScoreP, info.outFeatures);
        mean(FormulaView::tr("mean s(Q)"), state.meanScoreQ, info.inFeatures);
    }
    lines.rows.emplace_back(FormulaView::tr("threshold"), verdict(snapshot, state));
    return lines;
}

FormulaView::FormulaView(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum); // Fixed would hold it to sizeHint()
    policy.setHeightForWidth(true); // a narrow column breaks the longer lines
    setSizePolicy(policy);
}

void FormulaView::setLines(FormulaLines lines)
{
    m_lines = std::move(lines);
    QString spoken = m_lines.title;
    for (const auto& [name, text] : m_lines.rows)
        spoken += QStringLiteral(", ") + name + QLatin1Char(' ') + text;
    setAccessibleName(spoken);
    updateGeometry(); // other numbers may break elsewhere
    update();
}

QSize FormulaView::sizeHint() const
{
    return {leastWidth, titleHeight + rowHeight * static_cast<int>(m_lines.rows.size())};
}

bool FormulaView::noteHasItsLine(int width) const
{
    const double needed = QFontMetricsF(Fonts::heading()).horizontalAdvance(m_lines.title)
        + QFontMetricsF(Fonts::caption()).horizontalAdvance(m_lines.note);
    return !m_lines.note.isEmpty() && needed + between > width;
}

int FormulaView::heightForWidth(int width) const
{
    int lines = noteHasItsLine(width) ? 1 : 0;
    for (const auto& [name, text] : m_lines.rows)
        lines += static_cast<int>(wrapped(text, Fonts::caption(), width - nameWidth).size());
    return titleHeight + rowHeight * lines;
}

void FormulaView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(Fonts::heading());
    painter.setPen(theme.text);
    const QRect head(0, 0, width(), titleHeight);
    painter.drawText(head, Qt::AlignLeft | Qt::AlignTop, m_lines.title);
    const QFont caption = Fonts::caption();
    painter.setFont(caption);
    painter.setPen(theme.text3);
    int y = titleHeight;
    if (noteHasItsLine(width())) {
        painter.drawText(QRect(0, y, width(), rowHeight), Qt::AlignLeft | Qt::AlignTop, m_lines.note);
        y += rowHeight;
    } else {
        painter.drawText(head.adjusted(0, 1, 0, 0), Qt::AlignRight | Qt::AlignTop, m_lines.note);
    }
    for (const auto& [name, text] : m_lines.rows) {
        painter.setPen(theme.text3);
        painter.drawText(QRect(0, y, nameWidth, rowHeight), Qt::AlignLeft | Qt::AlignVCenter, name);
        painter.setPen(theme.text);
        for (const QString& line : wrapped(text, caption, width() - nameWidth)) {
            drawTabular(
                painter, QRectF(nameWidth, y, width() - nameWidth, rowHeight), Qt::AlignLeft | Qt::AlignVCenter, line);
            y += rowHeight;
        }
    }
}

} // namespace spectune

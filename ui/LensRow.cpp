// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LensRow.h"

#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/SignLegend.h"

#include <QAction>
#include <QFontMetrics>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace spectune {

namespace {

constexpr int mostDrawn = 512; // values on a side: more are averaged in blocks
constexpr int wordGap = 8; // px between a title, its note and its legend
constexpr int leastPlot = 140; // px of width
constexpr int leastNote = 24; // px: an ellipsis
constexpr double clippedShare = 0.6; // of the largest value, where that one stands far above the others
constexpr double farAbove = 3.0; // times the median
constexpr int alignedWithin = 16; // px by which two rows' pictures may differ: more is another shape, seen as such

QString errorText(double fraction)
{
    return LensRow::tr("error %1 %").arg(formatFixed(100.0 * fraction, 1));
}

/// @param exact the matrix' own rank: more terms than that are no other matrix
QString titleOf(int rank, int exact)
{
    return LensRow::tr("Rank %1 of %2").arg(std::min(rank, exact)).arg(exact);
}

double medianSize(const std::vector<float>& values)
{
    std::vector<float> sizes(values.size());
    std::ranges::transform(values, sizes.begin(), [](float value) { return std::abs(value); });
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::ranges::nth_element(sizes, middle);
    return middle == sizes.end() ? 0.0 : *middle;
}

} // namespace

LensRow::LensRow(MatrixView::Colors colors, SpectrumPlot::Kind kind, const QString& matrixName, const QString& plotName,
    QWidget* parent)
    : QWidget(parent)
    , m_colors(colors)
    , m_kind(kind)
    , m_name(matrixName)
{
    m_grid = new QGridLayout(this);
    m_grid->setContentsMargins(12, 0, 12, 8);
    m_grid->setHorizontalSpacing(14);
    m_grid->setVerticalSpacing(4);
    const QString titles[] {matrixName, tr("Rank k"), tr("What is lost")};
    const QString names[] {matrixName, tr("%1 of rank k").arg(matrixName), tr("What is lost of %1").arg(matrixName)};
    for (int column = 0; column < 3; ++column) {
        const auto index = static_cast<std::size_t>(column);
        auto* head = new QHBoxLayout;
        head->setSpacing(wordGap);
        m_titles[index] = makeHeading(titles[column]);
        head->addWidget(m_titles[index]);
        if (index < m_notes.size()) {
            m_notes[index] = makeNote();
            head->addWidget(m_notes[index]);
        }
        if (column == 0 && colors == MatrixView::Colors::Signed) { // its rank k has the same colours
            m_matrixLegend = new SignLegend;
            m_matrixLegend->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed); // the words go first
            head->addWidget(m_matrixLegend, 1);
        } else if (column == 2) {
            m_legend = new SignLegend;
            head->addWidget(m_legend, 1);
        } else {
            head->addStretch();
        }
        m_grid->addLayout(head, 0, column);
        // What is lost has both signs, of an image as well.
        m_views[index] = new MatrixView(column == 2 ? MatrixView::Colors::Signed : colors);
        m_views[index]->setAccessibleName(names[column]);
        addMatrixMenu(column);
        m_grid->addWidget(m_views[index], 1, column);
    }
    m_grid->addWidget(makeHeading(plotName), 0, 3);
    m_plot = new SpectrumPlot(kind);
    m_plot->setAccessibleName(plotName);
    addPlotMenu();
    m_grid->addWidget(m_plot, 1, 3);
    m_grid->setRowStretch(1, 1);
    fitColumns();
}

// Where a row is narrow, the note gives way, not the picture.
QLabel* LensRow::makeNote()
{
    auto* note = new ElidedLabel;
    note->setFont(Fonts::caption());
    note->setMinimumWidth(leastNote);
    note->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    setTone(note, "third");
    return note;
}

void LensRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

int LensRow::leastColumn() const
{
    const int exact = m_parts ? m_parts->exactRank() : 1;
    return QFontMetrics(Fonts::heading()).horizontalAdvance(titleOf(exact, exact)) + wordGap
        + QFontMetrics(Fonts::caption()).horizontalAdvance(errorText(m_parts ? m_parts->errorAt(1) : 0.0));
}

void LensRow::alignWith(LensRow& other)
{
    m_other = &other;
    other.m_other = this;
    fitColumns();
}

void LensRow::fitColumns()
{
    layColumns();
    if (m_other)
        m_other->layColumns();
}

int LensRow::pictureWidth() const
{
    const double aspect = m_parts ? static_cast<double>(m_parts->columns) / m_parts->rows : 1.0;
    return qRound(m_views[0]->height() * aspect);
}

// None is narrower than a title, or that column alone would be wider.
int LensRow::titleWidth() const
{
    int wide = 0;
    for (int column = 0; column < 3; ++column)
        wide = std::max(wide, m_grid->itemAtPosition(0, column)->minimumSize().width());
    return wide;
}

void LensRow::layColumns()
{
    const QMargins margins = m_grid->contentsMargins();
    const int room = width() - margins.left() - margins.right() - 3 * m_grid->horizontalSpacing();
    const int most = std::max(1, (room - leastPlot) / 3);
    int picture = pictureWidth();
    int least = leastColumn();
    int title = titleWidth();
    if (m_other && std::abs(m_other->pictureWidth() - picture) <= alignedWithin) {
        picture = std::min(picture, m_other->pictureWidth());
        least = std::max(least, m_other->leastColumn());
        title = std::max(title, m_other->titleWidth());
    }
    const int wide = std::max(std::clamp(picture, std::min(least, most), most), title);
    // Stretch factors that add up to the room are the columns' widths in pixels.
    for (int column = 0; column < 3; ++column)
        m_grid->setColumnStretch(column, wide);
    m_grid->setColumnStretch(3, std::max(1, room - 3 * wide));
}

QString LensRow::fileName(int column) const
{
    const int rank = m_parts ? std::min(m_rank, m_parts->exactRank()) : m_rank;
    const QString name = column == 0
        ? QStringLiteral("whole-matrix")
        : (column == 1 ? QStringLiteral("rank-%1") : QStringLiteral("lost-at-rank-%1")).arg(rank);
    const MatrixValues& drawn = view(column).matrix();
    const bool means = m_parts && (drawn.rows < m_parts->rows || drawn.columns < m_parts->columns);
    return means ? QStringLiteral("%1-%2x%3-block-means").arg(name).arg(drawn.rows).arg(drawn.columns) : name;
}

void LensRow::addMatrixMenu(int column)
{
    const auto csv = [this, column]() -> std::function<QString()> {
        const MatrixValues& drawn = view(column).matrix();
        const int rows = m_parts ? m_parts->rows : drawn.rows;
        const int columns = m_parts ? m_parts->columns : drawn.columns;
        return [drawn, rows, columns] { return MatrixView::csvOf(drawn, rows, columns); };
    };
    addPictureMenu(
        *m_views[static_cast<std::size_t>(column)], [this, column] { return fileName(column); }, csv,
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
}

void LensRow::addPlotMenu()
{
    const QString name
        = m_kind == SpectrumPlot::Kind::ErrorCurve ? QStringLiteral("rank-k-error") : QStringLiteral("singular-values");
    QMenu* menu = addPictureMenu(
        *m_plot, [name] { return name; }, [this] { return [csv = m_plot->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    auto* back = new QAction(tr("&Whole range again"), menu);
    connect(back, &QAction::triggered, m_plot, &SpectrumPlot::resetView);
    connect(menu, &QMenu::aboutToShow, back, [this, back] { back->setEnabled(m_plot->isZoomed()); });
    QAction* first = menu->actions().constFirst();
    menu->insertAction(first, back);
    menu->insertSeparator(first);
}

void LensRow::setParts(std::shared_ptr<const SpectralParts> parts, const QString& sizeText, const QString& emptyText)
{
    m_parts = std::move(parts);
    for (MatrixView* view : m_views) {
        view->setEmptyText(emptyText);
        if (!m_parts)
            view->setMatrix({});
    }
    m_notes[0]->setText(sizeText);
    if (!m_parts) {
        m_plot->setValues({});
        showReach(0.0, false);
        m_titles[1]->setText(tr("Rank k"));
        m_notes[1]->clear();
        fitColumns();
        return;
    }
    // The same blocks along both sides: what is square in the matrix is square in its picture.
    const double shrink = std::min(1.0, static_cast<double>(mostDrawn) / std::max(m_parts->rows, m_parts->columns));
    m_drawn
        = m_parts->reduced(std::max(1, qRound(shrink * m_parts->rows)), std::max(1, qRound(shrink * m_parts->columns)));
    MatrixValues all = m_drawn.sum(0, m_drawn.count());
    m_reach = 0.0;
    for (const float value : all.values)
        m_reach = std::max<double>(m_reach, std::abs(value));
    // A few large values would leave the rest of a signed matrix grey.
    const bool clipped
        = m_colors == MatrixView::Colors::Signed && m_reach > 0.0 && m_reach >= farAbove * medianSize(all.values);
    if (clipped)
        m_reach *= clippedShare;
    showReach(m_reach, clipped);
    m_views[0]->setMatrix(std::move(all), m_reach);
    std::vector<double> values = m_parts->sigma;
    if (m_kind == SpectrumPlot::Kind::ErrorCurve)
        for (int k = 1; k <= m_parts->count(); ++k)
            values[static_cast<std::size_t>(k - 1)] = m_parts->errorAt(k);
    m_plot->setValues(std::move(values));
    showRank();
}

void LensRow::setRank(int k)
{
    m_rank = k;
    showRank();
}

double LensRow::error() const
{
    return m_parts ? m_parts->errorAt(m_rank) : 0.0;
}

QString LensRow::rankTitle() const
{
    return m_titles[1]->text();
}

void LensRow::showReach(double reach, bool clipped)
{
    m_legend->setReach(reach, clipped);
    if (m_matrixLegend)
        m_matrixLegend->setReach(reach, clipped);
    m_grid->itemAtPosition(0, 2)->invalidate(); // the ends may be longer now
    fitColumns();
}

void LensRow::showRank()
{
    if (!m_parts)
        return;
    m_titles[1]->setText(titleOf(m_rank, m_parts->exactRank()));
    const QString text = errorText(error());
    m_notes[1]->setText(text);
    MatrixValues kept = m_drawn.sum(0, m_rank);
    MatrixValues lost = m_views[0]->matrix();
    std::transform(
        lost.values.begin(), lost.values.end(), kept.values.begin(), lost.values.begin(), std::minus<float>());
    m_views[1]->setMatrix(std::move(kept), m_reach);
    m_views[2]->setMatrix(std::move(lost), m_reach);
    m_views[1]->setAccessibleDescription(text);
    m_plot->setRank(m_rank,
        m_kind == SpectrumPlot::Kind::ErrorCurve ? tr("k = %1, %2 %").arg(m_rank).arg(formatFixed(100.0 * error(), 1))
                                                 : tr("%1 % left out").arg(formatFixed(100.0 * error(), 1)));
}

} // namespace spectune

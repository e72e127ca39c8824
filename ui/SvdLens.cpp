// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SvdLens.h"

#include "ui/FieldLine.h"
#include "ui/LayerStrip.h"
#include "ui/LensRow.h"
#include "ui/LessonParts.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SvdWorker.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankSlider.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr int firstRank = 6;

} // namespace

SvdLens::SvdLens(SessionController& session, RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_run(run)
    , m_imageWorker(new SvdWorker(this))
    , m_deltaWorker(new SvdWorker(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makeLessonHead(tr("SVD lens"), tr("rank k of an image, and of what this run has learnt"));
    m_problem = makeCaption(QString(), "error");
    head->addWidget(m_problem);
    auto* other = makeSmallButton(tr("Other image…"), QStringLiteral("folder"));
    head->addWidget(other);
    column->addLayout(head);
    column->addWidget(makeRule());
    column->addSpacing(8);
    m_image = new LensRow(MatrixView::Colors::Grey, SpectrumPlot::Kind::ErrorCurve, tr("Image"), tr("Error of rank k"));
    column->addWidget(m_image, 1);
    column->addWidget(makeRule());
    column->addWidget(makeRankRow());
    column->addWidget(makeRule());
    column->addSpacing(8);
    m_delta = new LensRow(MatrixView::Colors::Signed, SpectrumPlot::Kind::SingularValues, QStringLiteral("ΔW"),
        tr("Singular values of ΔW"));
    m_delta->alignWith(*m_image);
    column->addWidget(m_delta, 1);
    column->addWidget(makeMatrixRow());
    column->addWidget(makeRule());
    column->addWidget(makeNotes());
    connect(m_image, &LensRow::told, this, &SvdLens::told);
    connect(m_delta, &LensRow::told, this, &SvdLens::told);
    connect(other, &QPushButton::clicked, this, &SvdLens::askImage);
    connect(m_imageWorker, &SvdWorker::finished, this, [this](const std::shared_ptr<const SpectralParts>& parts) {
        m_image->setParts(parts, QStringLiteral("%1 × %2").arg(parts->rows).arg(parts->columns));
        refreshRange();
    });
    connect(m_imageWorker, &SvdWorker::failed, m_problem, &QLabel::setText);
    connect(m_deltaWorker, &SvdWorker::failed, this, &SvdLens::showNoDelta);
    connect(m_deltaWorker, &SvdWorker::finished, this, [this](const std::shared_ptr<const SpectralParts>& parts) {
        m_delta->setParts(parts, QStringLiteral("%1 × %2").arg(formatCount(parts->rows), formatCount(parts->columns)));
        refreshRange();
    });
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request == m_request)
            takeDelta(answer);
    });
    connect(&run, &RunModel::reset, this, &SvdLens::askDelta);
    connect(&run, &RunModel::stateChanged, this, &SvdLens::askDelta);
    connect(&run, &RunModel::checkpointAppended, this, &SvdLens::askDelta);
    refreshRange();
}

SvdLens::~SvdLens() = default;

QWidget* SvdLens::makeRankRow()
{
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(12, 6, 12, 6);
    line->setSpacing(14);
    line->addWidget(makeCaption(tr("rank k"), "second"));
    m_field = new FieldLine;
    m_field->setFixedWidth(64);
    m_field->setAlignment(Qt::AlignRight);
    m_field->setAccessibleName(tr("Rank k"));
    line->addWidget(m_field);
    m_slider = new RankSlider;
    m_slider->setAccessibleName(tr("Rank k"));
    line->addWidget(m_slider, 1);
    connect(m_slider, &QAbstractSlider::valueChanged, this, [this](int k) {
        if (m_field->text().toInt() != k)
            m_field->setText(QString::number(k));
        m_image->setRank(k);
        m_delta->setRank(k);
        m_layers->setRank(k);
        refreshNotes();
    });
    connect(m_field, &QLineEdit::textEdited, this, [this](const QString& text) {
        if (const int k = text.toInt(); k >= 1 && k <= m_slider->maximum())
            m_slider->setValue(k);
    });
    connect(m_field, &QLineEdit::editingFinished, this, [this] { m_field->setText(QString::number(rank())); });
    return row;
}

QWidget* SvdLens::makeMatrixRow()
{
    auto* block = new QWidget;
    auto* column = new QVBoxLayout(block);
    column->setContentsMargins(12, 0, 12, 8);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    QLabel* label = makeCaption(tr("Matrix"), "second");
    row->addWidget(label);
    m_matrices = new QComboBox;
    label->setBuddy(m_matrices); // a combo box is named by its label alone on Linux
    m_matrices->setMinimumWidth(180);
    m_matrices->setAccessibleName(tr("Matrix"));
    m_shape = makeCaption(QString());
    row->addWidget(m_matrices);
    row->addWidget(m_shape);
    row->addStretch();
    column->addLayout(row);
    m_layers = new LayerStrip;
    m_layers->setAccessibleName(tr("Rank-1 terms of PΛQ"));
    auto* strip = new QVBoxLayout;
    strip->setSpacing(4);
    strip->addWidget(makeCaption(tr("the rank-1 terms of PΛQ, the largest first; those beyond k are dimmed")));
    strip->addWidget(m_layers);
    column->addLayout(strip);
    connect(m_matrices, &QComboBox::activated, this, [this] {
        m_asked.clear();
        askDelta();
    });
    return block;
}

QWidget* SvdLens::makeNotes()
{
    auto* block = new QWidget;
    auto* row = new QHBoxLayout(block);
    row->setContentsMargins(0, 0, 0, 0);
    const auto add = [&](const QString& title, QLabel* text) {
        auto* column = makeSection(8, 10);
        column->setSpacing(2);
        column->addWidget(makeHeading(title));
        column->addLayout(readable(text));
        column->addStretch();
        row->addLayout(column, 1);
        return text;
    };
    m_imageNote = add(tr("The best rank k"), makeCaption(QString(), "second", true));
    m_imageNote->setMaximumWidth(QWIDGETSIZE_MAX); // formulas, each a line
    m_deltaNote = add(tr("What AdaLoRA does with it"), makeCaption(QString(), "second", true));
    return block;
}

void SvdLens::setRank(int k)
{
    m_slider->setValue(k);
}

QString SvdLens::problem() const
{
    return m_problem->text();
}

int SvdLens::rank() const
{
    return m_slider->value();
}

void SvdLens::refreshRange()
{
    const bool first = m_slider->maximum() == 1;
    const int image = m_image->parts() ? m_image->parts()->count() : 0;
    const int delta = m_delta->parts() ? m_delta->parts()->count() : 0;
    const int most = std::max({image, delta, 1});
    m_slider->setRange(1, most);
    m_field->setStepping(1, most);
    const int exact = m_delta->parts() ? m_delta->parts()->exactRank() : 0;
    m_slider->setMark(exact > 0 && exact < most ? exact : 0, tr("ΔW is exact from %1").arg(exact));
    if (first && most > 1)
        m_slider->setValue(std::min(firstRank, most));
    m_field->setText(QString::number(rank()));
    refreshNotes();
}

void SvdLens::refreshNotes()
{
    const SpectralParts* image = m_image->parts();
    if (image) {
        const std::int64_t stored = std::int64_t {rank()} * (image->rows + image->columns + 1);
        const std::int64_t all = std::int64_t {image->rows} * image->columns;
        m_imageNote->setText(
            tr("Aₖ = σ₁u₁v₁ᵀ + … + σₖuₖvₖᵀ is nearer to A than any other matrix of rank k (Eckart, Young "
               "1936).\nerror² = (σ²ₖ₊₁ + …) / (σ²₁ + σ²₂ + …) = (%1 %)²\nstored = k (m + n + 1) = %2 of "
               "%3 numbers, %4")
                .arg(formatFixed(100 * m_image->error(), 1), formatCount(stored), formatCount(all),
                    formatPercent(static_cast<double>(stored) / static_cast<double>(all))));
    }
    const SpectralParts* delta = m_delta->parts();
    if (!delta) {
        m_deltaNote->setText(tr("PΛQ is a sum of such terms, with |λ| for σ as far as PᵀP ≈ I and QQᵀ ≈ I. A λ set to "
                                "0 takes away one of them and leaves the others as they are."));
        return;
    }
    const QString about = tr("PΛQ is a sum of such terms, with |λ| for σ as far as PᵀP ≈ I and QQᵀ ≈ I. A λ set to 0 "
                             "takes away one of the terms above and leaves the others as they are.");
    const QString complete = image
        ? tr("This ΔW is complete at k = %1, this image at k = %2.").arg(delta->exactRank()).arg(image->exactRank())
        : tr("This ΔW is complete at k = %1.").arg(delta->exactRank());
    m_deltaNote->setText(about + QLatin1Char(' ') + complete);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankBoundLesson.h"

#include "training/config/RankBound.h"
#include "ui/FieldLine.h"
#include "ui/LessonParts.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/RankTrial.h"
#include "ui/RankTrialWorker.h"
#include "ui/RunModel.h"
#include "ui/RunPlotPlan.h"
#include "ui/StudioIcons.h"
#include "ui/TrialCourses.h"
#include "visualization/BoundCurve.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankSlider.h"
#include "visualization/StartsPlot.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr int firstSamples = 32;
constexpr int widthForHalves = 1300; ///< px, from here on the trial stands beside the bound
constexpr int heightForCourses = 680; ///< px of the lesson, from here on two ranks' courses stand below the trial
constexpr int widthForWords = 760; ///< px of both below each other, from here on the bound's words stand in two columns
constexpr std::int64_t leastReach = 1'000; ///< of the curve's K·N axis

/// r(r + 1)/2.
std::int64_t triangle(std::int64_t rank)
{
    return rank * (rank + 1) / 2;
}

/// Where each rank becomes the smallest one beyond the bound, from 1 to the power of ten that holds @p product.
std::vector<QPointF> boundCurve(std::int64_t product)
{
    std::int64_t reach = leastReach;
    while (reach < product)
        reach *= 10;
    std::vector<QPointF> points;
    const std::int64_t end = rankWithoutSpuriousMinima(1, reach);
    for (std::int64_t rank = rankWithoutSpuriousMinima(1, 1); rank <= end; ++rank)
        points.emplace_back(static_cast<double>(triangle(rank - 1)), static_cast<double>(rank));
    if (points.back().x() < static_cast<double>(reach))
        points.emplace_back(static_cast<double>(reach), static_cast<double>(end));
    return points;
}

} // namespace

RankBoundLesson::RankBoundLesson(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
    , m_worker(new RankTrialWorker(this))
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addLayout(makeLessonHead(tr("Rank bound"), tr("LoRA in the linearised regime")));
    outer->addWidget(makeRule());
    auto* body = new QWidget;
    m_halves = new QBoxLayout(QBoxLayout::TopToBottom, body);
    m_halves->setContentsMargins(0, 0, 0, 0);
    m_halves->setSpacing(0);
    m_halves->addWidget(makeBound());
    m_between = makeRule();
    m_halves->addWidget(m_between);
    m_halves->addWidget(makeTrial());
    place(0);
    outer->addWidget(makeScroll(body, tr("Rank bound")), 1);
    addMenus();
    connect(m_worker, &RankTrialWorker::trained, this, [this](int rank, double loss, const std::vector<float>& course) {
        m_starts->add(rank, loss);
        m_courses->add(rank, course);
        tellTrial();
    });
    connect(m_worker, &RankTrialWorker::finished, this, &RankBoundLesson::tellTrial);
    connect(&run, &RunModel::reset, this, &RankBoundLesson::refreshRun);
    connect(&run, &RunModel::stateChanged, this, &RankBoundLesson::refreshRun);
    refresh();
}

void RankBoundLesson::addMenus()
{
    const auto tell = [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); };
    addPictureMenu(
        *m_curve, [] { return QStringLiteral("rank-bound"); },
        [this] { return [csv = m_curve->toCsv()] { return csv; }; }, tell);
    addPictureMenu(
        *m_starts, [] { return QStringLiteral("rank-bound-trial"); },
        [this] { return [csv = m_starts->toCsv()] { return csv; }; }, tell);
}

RankBoundLesson::Number RankBoundLesson::addNumber(QBoxLayout* column, const QString& name, int most, int value)
{
    auto* line = new QHBoxLayout;
    line->setSpacing(14);
    QLabel* label = makeCaption(name, "second");
    label->setFixedWidth(62);
    const Number number {new RankSlider, new FieldLine};
    number.field->setFixedWidth(84);
    number.field->setAlignment(Qt::AlignRight);
    number.field->setAccessibleName(name);
    number.field->setStepping(1, most);
    number.slider->setRange(1, most);
    number.slider->setAccessibleName(name);
    label->setBuddy(number.field);
    line->addWidget(label);
    line->addWidget(number.field);
    line->addWidget(number.slider, 1);
    column->addLayout(line);
    number.slider->setValue(value);
    number.field->setText(QString::number(value));
    connect(number.slider, &QAbstractSlider::valueChanged, this, [this, number](int now) {
        if (number.field->text().toInt() != now)
            number.field->setText(QString::number(now));
        refresh();
    });
    connect(number.field, &QLineEdit::textEdited, this, [number](const QString& text) {
        if (const int typed = text.toInt(); typed >= 1 && typed <= number.slider->maximum())
            number.slider->setValue(typed);
    });
    connect(number.field, &QLineEdit::editingFinished, this,
        [number] { number.field->setText(QString::number(number.slider->value())); });
    return number;
}

QWidget* RankBoundLesson::makeBound()
{
    auto* block = new QWidget;
    auto* column = new QVBoxLayout(block);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* numbers = makeSection(8, 8);
    m_outputs = addNumber(numbers, tr("outputs K"), mostOutputs, 1);
    m_outputs.field->setToolTip(tr("1 for a yes or no, k for k classes"));
    m_samples = addNumber(numbers, tr("samples N"), mostSamples, firstSamples);
    m_samples.field->setToolTip(tr("Samples of the training file"));
    m_words = new QBoxLayout(QBoxLayout::LeftToRight);
    auto* said = new QVBoxLayout;
    said->setSpacing(6);
    m_headline = makeTitle(QString());
    m_detail = makeText(QString(), "second", true);
    m_comparison = makeText(QString(), "second", true);
    for (QLabel* label : {m_headline, m_detail, m_comparison})
        said->addWidget(label);
    said->addStretch();
    m_words->addLayout(said, 3);
    auto* about = makeCaption(
        tr("Beyond the bound no local minimum is spurious, so every start reaches the best loss. Below "
           "it a start may get stuck, or the rank may be too small for the best loss; neither has to happen: "
           "the bound is conservative, and smaller ranks mostly suffice. It holds for the linearised "
           "loss with weight decay, not for every fine-tuning, and generated text has no small K. Jang, "
           "Lee, Ryu, ICML 2024."),
        "third", true);
    about->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_words->addLayout(readable(about), 2);
    numbers->addLayout(m_words);
    column->addLayout(numbers);
    m_curve = new BoundCurve;
    m_curve->setAccessibleName(tr("Smallest rank beyond the bound, over K·N"));
    auto* plot = makeSection(0, 8);
    plot->addWidget(m_curve, 1);
    column->addLayout(plot, 1);
    return block;
}

void RankBoundLesson::place(int width)
{
    const bool beside = width >= widthForHalves;
    m_halves->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_halves->setStretch(0, 2);
    m_halves->setStretch(2, beside ? 3 : 2); // twelve columns of starts
    m_between->setMinimumSize(1, 1);
    m_between->setMaximumSize(beside ? 1 : QWIDGETSIZE_MAX, beside ? QWIDGETSIZE_MAX : 1);
    const bool wordsBeside = !beside && width >= widthForWords;
    m_words->setDirection(wordsBeside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_words->setSpacing(wordsBeside ? 32 : 6);
}

void RankBoundLesson::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    place(width());
    placeCourses();
}

// Below the final losses only where these keep most of a tall column; before the first start there is nothing to show.
void RankBoundLesson::placeCourses()
{
    m_courses->setShown(
        m_halves->direction() == QBoxLayout::LeftToRight && height() >= heightForCourses && m_starts->count() > 0);
}

QWidget* RankBoundLesson::makeTrial()
{
    auto* block = new QWidget;
    auto* column = makeSection(8, 10);
    block->setLayout(column);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Trial")));
    m_trialNote = makeText(QString(), "second", true);
    head->addWidget(m_trialNote, 1);
    m_train = makeSmallButton(tr("Train"), QStringLiteral("play"));
    head->addWidget(m_train, 0, Qt::AlignTop);
    column->addLayout(head);
    m_starts = new StartsPlot;
    m_starts->setAccessibleName(tr("Final training loss of every start, by rank"));
    column->addWidget(m_starts, 5);
    m_courses = new TrialCourses(*m_starts);
    column->addWidget(m_courses, 2);
    connect(m_courses, &TrialCourses::told, this, &RankBoundLesson::told);
    m_outcome = makeText(QString(), "second", true);
    column->addWidget(m_outcome); // short lines: they need no narrower column
    connect(m_train, &QPushButton::clicked, this, &RankBoundLesson::toggleTrial);
    return block;
}

void RankBoundLesson::setOutputs(int k)
{
    m_outputs.slider->setValue(k);
}

void RankBoundLesson::setSamples(int n)
{
    m_samples.slider->setValue(n);
}

std::int64_t RankBoundLesson::product() const
{
    return std::int64_t {m_outputs.slider->value()} * m_samples.slider->value();
}

std::int64_t RankBoundLesson::bound() const
{
    return rankWithoutSpuriousMinima(m_outputs.slider->value(), m_samples.slider->value());
}

QString RankBoundLesson::headline() const
{
    return m_headline->text();
}

QString RankBoundLesson::comparison() const
{
    return m_comparison->text();
}

QString RankBoundLesson::outcome() const
{
    return m_outcome->text();
}

void RankBoundLesson::refresh()
{
    const std::int64_t rank = bound();
    m_headline->setText(tr("r(r + 1)/2 > K·N = %1, so r ≥ %2").arg(formatCount(product()), formatCount(rank)));
    m_detail->setText(tr("Rank %1 gives %1 · %2 / 2 = %3, the first above %4. Rank %5 gives %6.")
                          .arg(formatCount(rank), formatCount(rank + 1), formatCount(triangle(rank)),
                              formatCount(product()), formatCount(rank - 1), formatCount(triangle(rank - 1))));
    m_curve->setCurve(boundCurve(product()), tr("K·N, log axis"), tr("Smallest rank beyond the bound"), tr("log axis"));
    m_curve->setPoint({static_cast<double>(product()), static_cast<double>(rank)},
        tr("K·N = %1, r ≥ %2").arg(formatCount(product()), formatCount(rank)));
    refreshRun();
    if (product() != m_tried)
        resetTrial();
}

// The other way round: up to which K·N the run's own ranks are beyond the bound.
void RankBoundLesson::refreshRun()
{
    const std::int64_t init = m_run.hasRun() ? m_run.resolved().initRank : 0;
    std::vector<BoundCurve::Level> levels;
    QString text;
    if (init > 0) {
        levels.push_back({static_cast<double>(init), tr("init rank %1").arg(formatCount(init))});
        const QString reach = tr("rank %1 is beyond the bound up to K·N = %2");
        text = tr("This run: init %1").arg(reach.arg(formatCount(init), formatCount(triangle(init) - 1)));
        const auto layout = m_run.layout();
        const std::int64_t matrices = layout ? static_cast<std::int64_t>(layout->modules.size()) : 0;
        const double target = targetRankOf(m_run.config(), m_run.resolved(), matrices);
        if (allocatesBudget(m_run.config().method) && target >= 1.0) { // a mean rank below 1 is beyond no bound
            const auto whole = static_cast<std::int64_t>(target); // the rank that a mean between two reaches
            levels.push_back({target, tr("target rank %1").arg(formatRank(target))});
            text += tr("; target %1").arg(reach.arg(formatRank(target), formatCount(triangle(whole) - 1)));
        }
        text += QLatin1Char('.');
    }
    m_curve->setLevels(std::move(levels));
    m_comparison->setText(text);
    m_comparison->setVisible(!text.isEmpty());
}

void RankBoundLesson::resetTrial()
{
    m_worker->stop();
    m_tried = product();
    const bool fits = m_tried <= RankTrial::mostEquations;
    const auto first = static_cast<int>(std::min<std::int64_t>(bound(), RankTrial::ranks + 1));
    m_starts->clear(RankTrial::ranks, first);
    m_courses->clear(RankTrial::ranks, first);
    m_starts->setEmptyText(fits ? tr("Train shows the final loss of every start.")
                                : tr("The trial takes K·N up to %1: it trains here, beside everything else.")
                                      .arg(RankTrial::mostEquations));
    m_train->setEnabled(fits);
    tellTrial();
}

void RankBoundLesson::toggleTrial()
{
    if (m_worker->isRunning()) {
        m_worker->stop();
        tellTrial();
        return;
    }
    resetTrial();
    m_worker->start(static_cast<int>(m_tried));
    tellTrial();
}

void RankBoundLesson::tellTrial()
{
    const int all = RankTrial::ranks * RankTrial::starts;
    const int done = m_starts->count();
    const bool running = m_worker->isRunning();
    m_train->setIcon(studioIcon(running ? QStringLiteral("stop") : QStringLiteral("play")));
    m_train->setText(running ? tr("Stop") : done > 0 ? tr("Train again") : tr("Train"));
    m_trialNote->setText(running
            ? tr("final training loss, log axis; %1 of %2 starts have trained").arg(done).arg(all)
            : tr("final training loss, log axis; %1 random starts per rank").arg(RankTrial::starts));
    m_outcome->setVisible(done == all);
    placeCourses();
    if (done < all) {
        m_outcome->clear();
        return;
    }
    const int free = m_starts->firstFree();
    const QString found = free > RankTrial::ranks
        ? tr("At every rank some start got stuck.")
        : tr("From rank %1 on every start reached the best loss; the bound asks for %2.")
              .arg(free)
              .arg(formatCount(bound()));
    const QString best = tr("The best loss is %1; a start that ends more than %2 above it is stuck.")
                             .arg(formatShort(m_starts->best()), formatPercent(StartsPlot::tolerance));
    m_outcome->setText(found + QLatin1Char('\n') + best);
}

void RankBoundLesson::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refreshRun();
}

// Nobody looks: the processor belongs to the run.
void RankBoundLesson::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    if (!m_worker->isRunning())
        return;
    m_worker->stop();
    tellTrial();
}

} // namespace spectune

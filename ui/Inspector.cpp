// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Inspector.h"

#include "ui/FailurePanel.h"
#include "ui/FailureStory.h"
#include "ui/FirstSteps.h"
#include "ui/FormulaView.h"
#include "ui/GeometrySection.h"
#include "ui/HistorySection.h"
#include "ui/OrthogonalityBars.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "ui/WholeWordsArea.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/TripletList.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

enum Page { FirstPage, CellPage, FailurePage };

template <typename Get>
double medianOf(const RankSnapshot& snapshot, Get get)
{
    std::vector<float> values;
    for (const ModuleState& module : snapshot.modules)
        values.push_back(get(module));
    if (values.empty())
        return 0.0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

Inspector::Inspector(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_tabRow = new QWidget;
    auto* tabs = new QHBoxLayout(m_tabRow);
    tabs->setContentsMargins(12, 7, 12, 7);
    m_tabs = new Segmented({tr("What happened"), tr("Chosen cell")});
    m_tabs->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    tabs->addWidget(m_tabs);
    connect(m_tabs, &Segmented::chosen, this, [this](int index) {
        m_pages->setCurrentIndex(index == 0 ? FailurePage : m_module.isValid() ? CellPage : FirstPage);
    });
    outer->addWidget(m_tabRow);
    m_pages = new QStackedWidget;
    m_first = new FirstSteps;
    connect(m_first, &FirstSteps::setupWanted, this, &Inspector::setupWanted);
    connect(m_first, &FirstSteps::openRunWanted, this, &Inspector::openRunWanted);
    m_failure = new FailurePanel(run);
    connect(m_failure, &FailurePanel::openLogWanted, this, &Inspector::openLogWanted);
    connect(m_failure, &FailurePanel::openFolderWanted, this, &Inspector::openFolderWanted);
    m_pages->addWidget(m_first);
    m_pages->addWidget(makeCellPage());
    m_pages->addWidget(m_failure);
    outer->addWidget(m_pages, 1);
    connect(&run, &RunModel::reset, this, [this] {
        const auto layout = m_run.layout();
        if (!layout || m_module.value >= static_cast<std::int32_t>(layout->modules.size()))
            m_module = {};
        if (layout != m_layout.lock()) { // another run, which may have fewer triplets
            m_triplet = -1;
            m_history->setSelected(-1);
        }
        m_layout = layout;
        refreshPages();
    });
    connect(&run, &RunModel::stateChanged, this, &Inspector::refreshPages);
    connect(&run, &RunModel::snapshotChanged, this, &Inspector::refreshCell);
    refreshPages();
}

QWidget* Inspector::makeCellPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makeSection(8, 8);
    head->setSpacing(1);
    auto* names = new QHBoxLayout;
    m_title = makeTitle(QString());
    m_kept = makeText(QString(), "second");
    m_kept->setTextFormat(Qt::RichText);
    names->addWidget(m_title);
    names->addStretch();
    names->addWidget(m_kept);
    head->addLayout(names);
    m_subtitle = makeCaption(QString(), "third", true);
    head->addWidget(m_subtitle);
    column->addLayout(head);
    column->addWidget(makeRule());
    auto* body = new QWidget;
    column->addWidget(new WholeWordsArea(body, tr("Details of the chosen matrix")), 1);
    column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(makeTriplets());
    column->addWidget(makeNumbers());
    column->addWidget(makeRule());
    m_geometry = new GeometrySection(m_run);
    column->addWidget(m_geometry);
    column->addWidget(makeRule());
    m_history = new HistorySection(m_run);
    column->addWidget(m_history);
    column->addStretch();
    connect(m_history, &HistorySection::tripletActivated, this, &Inspector::chooseTriplet);
    connect(m_history, &HistorySection::told, this, &Inspector::told);
    connect(m_geometry, &GeometrySection::told, this, &Inspector::told);
    return page;
}

QLayout* Inspector::makeTriplets()
{
    auto* triplets = makeSection();
    auto* sorted = new QHBoxLayout;
    m_order = new Segmented({QStringLiteral("S"), QStringLiteral("|λ|"), QStringLiteral("#")});
    m_order->setToolTips({tr("By score"), tr("By |λ|"), tr("By number")});
    m_order->setCurrent(0);
    sorted->addWidget(makeHeading(tr("Triplets")));
    sorted->addStretch();
    sorted->addWidget(makeCaption(tr("sorted by")));
    sorted->addWidget(m_order);
    triplets->addLayout(sorted);
    m_triplets = new TripletList;
    m_triplets->setAccessibleName(tr("Triplets of the chosen matrix"));
    triplets->addWidget(m_triplets);
    addPictureMenu(
        *m_triplets, [this] { return m_run.name() + QStringLiteral("-triplets"); },
        [this] { return [csv = m_triplets->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    m_none = makeText(QString(), "third", true);
    m_none->setAlignment(Qt::AlignTop);
    triplets->addWidget(m_none);
    connect(m_order, &Segmented::chosen, this,
        [this](int index) { m_triplets->setOrder(static_cast<TripletOrder>(index)); });
    connect(m_triplets, &TripletList::tripletActivated, this, &Inspector::chooseTriplet);
    return triplets;
}

void Inspector::chooseTriplet(int triplet)
{
    m_triplet = triplet;
    m_history->setSelected(triplet);
    refreshFormula();
}

QWidget* Inspector::makeNumbers()
{
    m_numbers = new QWidget;
    auto* column = new QVBoxLayout(m_numbers);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_scores = new QWidget;
    auto* scores = new QVBoxLayout(m_scores);
    scores->setContentsMargins(0, 0, 0, 0);
    scores->setSpacing(0);
    scores->addWidget(makeRule());
    auto* formula = makeSection();
    m_formula = new FormulaView;
    formula->addWidget(m_formula);
    scores->addLayout(formula);
    column->addWidget(m_scores);
    column->addWidget(makeRule());
    auto* orth = makeSection();
    auto* orthHead = new QHBoxLayout;
    orthHead->addWidget(makeHeading(tr("Orthogonality")));
    orthHead->addStretch();
    orthHead->addWidget(makeCaption(tr("| median of the matrices")));
    orth->addLayout(orthHead);
    m_orthogonality = new OrthogonalityBars;
    addPictureMenu(
        *m_orthogonality, [this] { return m_run.name() + QStringLiteral("-orthogonality"); },
        [this] { return [csv = m_orthogonality->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    orth->addWidget(m_orthogonality);
    column->addLayout(orth);
    return m_numbers;
}

void Inspector::setModule(ModuleIndex module)
{
    m_module = module;
    m_triplet = -1;
    m_history->setSelected(-1);
    if (m_pages->currentIndex() == FailurePage && module.isValid())
        m_tabs->setCurrent(1);
    m_pages->setCurrentIndex(module.isValid() ? CellPage : FirstPage);
    refreshCell();
}

void Inspector::showFailure()
{
    m_tabs->setCurrent(0);
    m_pages->setCurrentIndex(FailurePage);
}

void Inspector::refreshPages()
{
    const bool tells = FailureStory::isToTell(m_run);
    const bool isNew = tells && m_tabRow->isHidden();
    m_tabRow->setVisible(tells);
    if (isNew)
        showFailure();
    else if (!tells || m_pages->currentIndex() != FailurePage)
        m_pages->setCurrentIndex(m_module.isValid() ? CellPage : FirstPage);
    refreshCell();
}

void Inspector::refreshCell()
{
    const auto snapshot = m_run.shownSnapshot();
    const auto layout = snapshot ? snapshot->layout : m_run.layout();
    if (!m_module.isValid() || !layout || m_module.at() >= layout->modules.size())
        return;
    const ModuleInfo& info = (*layout)[m_module];
    const auto kind = layout->kinds.at(static_cast<std::size_t>(info.kind.value));
    m_title->setText(tr("Layer %1 · %2").arg(info.layer.value).arg(QString::fromStdString(kind)));
    m_geometry->setModule(info.name);
    m_history->setModule(m_module);
    const std::int64_t rank = snapshot ? snapshot->modules[m_module.at()].rank : layout->rankOf(m_module);
    m_kept->setText(tr("<b>%1</b> of %2 kept").arg(rank).arg(layout->rankOf(m_module)));
    QString subtitle;
    if (info.outFeatures > 0)
        subtitle = QStringLiteral("%1 × %2").arg(formatCount(info.outFeatures), formatCount(info.inFeatures));
    const bool lambdas = snapshot && snapshot->hasLambda;
    const bool scores = snapshot && snapshot->hasScores;
    const bool near = snapshot && snapshot->nearestStep >= 0;
    if (near)
        subtitle += QStringLiteral(" · ") + RankGrid::nearestStepText(snapshot->nearestStep);
    else if (lambdas)
        subtitle += tr(" · λ at step %1").arg(formatCount(snapshot->step));
    if (!near && scores && snapshot->eventStep >= 0)
        subtitle += tr(", scores of event %1").arg(formatCount(snapshot->eventStep));
    m_subtitle->setText(subtitle);
    m_order->setChoiceEnabled(static_cast<int>(TripletOrder::Score), scores || !lambdas);
    m_triplets->setVisible(lambdas);
    m_numbers->setVisible(lambdas); // those of another step would stand there
    m_scores->setVisible(scores);
    m_none->setVisible(!scores);
    if (!scores)
        m_none->setText(whyNone(lambdas));
    if (!lambdas)
        return;
    m_triplets->setModule(snapshot, m_module);
    m_triplets->setFixedHeight(m_triplets->usualHeight());
    const ModuleState& state = snapshot->modules[m_module.at()];
    const auto getP = [](const ModuleState& module) { return module.orthP; };
    const auto getQ = [](const ModuleState& module) { return module.orthQ; };
    double scale = 0.0;
    for (const ModuleState& module : snapshot->modules)
        scale = std::max<double>(scale, std::max(module.orthP, module.orthQ));
    m_orthogonality->setValues(state.orthP, state.orthQ, medianOf(*snapshot, getP), medianOf(*snapshot, getQ), scale);
    refreshFormula();
}

QString Inspector::whyNone(bool lambdas) const
{
    if (!m_run.hasRun())
        return tr("No scores yet. They come with the first step.");
    if (!allocatesBudget(m_run.config().method)) {
        const QString why = tr("No scores: this method keeps the ranks it starts with, and decides nothing by them.");
        const bool past
            = !lambdas && hasLambda(m_run.config().method) && (m_run.isRecorded() || m_run.shownStep() >= 0);
        return past ? why + QLatin1Char(' ') + tr("This run's folder has no λ of this step.") : why;
    }
    if (m_run.shownStep() < 0 && !m_run.isRecorded())
        return tr("No scores yet. They come with the first snapshot.");
    if (const std::int64_t near = m_run.replay().nearestState(std::max<std::int64_t>(m_run.shownStep(), 0)); near >= 0)
        return (m_run.replay().reader().eventCount() == 0
                ? tr("No scores at this step: the folder has no replay.bin. This window saw those of step %1.")
                : tr("No scores at this step: of a long run not every event's λ and S are kept. The nearest are those "
                     "of step %1."))
            .arg(formatCount(near));
    if (m_run.isRecorded())
        return tr("No scores at this step. This run's folder records ranks, not every λ.");
    return isTerminal(m_run.state())
        ? tr("No scores at this step: none were saved for it. The ranks are those of the last masking event.")
        : tr("No scores at this step: while a run trains they are read now and then, not at every "
             "step. The ranks are those of the last masking event.");
}

void Inspector::refreshFormula()
{
    const auto snapshot = m_run.shownSnapshot();
    if (!snapshot || !snapshot->hasScores || !m_module.isValid() || m_triplets->rows().empty())
        return;
    // Without a choice the triplet nearest above the threshold is the telling one.
    int triplet = m_triplet < static_cast<int>(snapshot->layout->rankOf(m_module)) ? m_triplet : -1;
    if (triplet < 0) {
        const auto row = static_cast<std::size_t>(
            std::clamp(m_triplets->keptRows() - 1, 0, static_cast<int>(m_triplets->rows().size()) - 1));
        triplet = m_triplets->rows()[row];
    }
    m_triplets->setSelected(triplet);
    m_history->setSelected(triplet);
    m_formula->setLines(FormulaLines::of(*snapshot, m_module, triplet, m_run.config().adalora.score));
}

} // namespace spectune

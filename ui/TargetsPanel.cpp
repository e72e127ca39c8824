// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TargetsPanel.h"

#include "training/monitor/ModuleLayout.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/HelpKey.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RankMaps.h"
#include "ui/RunFolders.h"
#include "ui/Segmented.h"
#include "ui/SetupFields.h"
#include "ui/TargetsMenu.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"

#include <QCursor>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

enum Preset { All, Attention, FeedForward, QueryAndValue };

bool isInPreset(int preset, const std::string& kind)
{
    switch (preset) {
    case Attention: return isAttentionKind(kind);
    case FeedForward: return !isAttentionKind(kind);
    case QueryAndValue: return kind == "q_proj" || kind == "v_proj";
    default: return true;
    }
}

QString mapWords(const RankSnapshot& ranks)
{
    const auto adapted = std::count_if(
        ranks.modules.begin(), ranks.modules.end(), [](const ModuleState& module) { return module.rank > 0; });
    return TargetsPanel::tr("Fixed ranks by the rank map: %1 triplets in %2 of %3 matrices.")
        .arg(formatCount(ranks.budget), formatCount(adapted),
            formatCount(static_cast<std::int64_t>(ranks.modules.size())));
}

} // namespace

TargetsPanel::TargetsPanel(ConfigForm& form, SetupFields& fields, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Targets")));
    m_count = new ElidedLabel;
    setTone(m_count, "second");
    header->addWidget(m_count, 1);
    makeLastLayers(*header);
    column->addLayout(header);
    makePresets(*column);
    m_grid = new RankGrid;
    m_grid->setAccessibleName(tr("Targets by layer and matrix"));
    m_grid->setToolTip(
        tr("Click or drag: cells and rectangles. A header switches its row or column.\n"
           "Keys: arrows, Space; Shift+arrows for a rectangle, Shift+Space the row, Ctrl+Space the column.\n"
           "A right click or Shift+F10: more choices, copy, save."));
    auto* menu = new TargetsMenu(*m_grid);
    m_map = new RankGrid;
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_grid);
    m_stack->addWidget(m_map);
    auto* body = new QHBoxLayout;
    body->setContentsMargins(8, 0, 8, 0);
    body->addWidget(m_stack);
    column->addLayout(body, 1);
    makeMaps(*column);
    for (const char* key : {"adalora.targets", "adalora.layers", "adalora.modules"})
        fields.markShown(QString::fromLatin1(key), m_grid);
    fields.markShown(QStringLiteral("adalora.rank_map"), m_maps);
    setHelpKey(*this, QStringLiteral("adalora.targets"));
    for (QWidget* ofRanks : std::initializer_list<QWidget*> {m_map, m_maps, m_mapButton})
        setHelpKey(*ofRanks, QStringLiteral("adalora.rank_map"));
    connect(m_grid, &RankGrid::targetsChanged, this, &TargetsPanel::applyTicks);
    connect(menu, &TargetsMenu::wanted, this, &TargetsPanel::applyTicks);
    connect(menu, &TargetsMenu::told, this, &TargetsPanel::told);
    connect(&form, &ConfigForm::checked, this, &TargetsPanel::refresh);
    refresh();
}

void TargetsPanel::makePresets(QVBoxLayout& column)
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 12, 8);
    row->setSpacing(6);
    m_presets = new Segmented({tr("All"), tr("Attention"), tr("FFN"), QStringLiteral("q, v")});
    m_presets->setToolTips({tr("Every matrix of every layer, as in the paper"), tr("q, k, v and o of every layer"),
        tr("gate, up and down of every layer: the feed-forward part"),
        tr("q and v of every layer, as LoRA's first paper")});
    row->addWidget(m_presets);
    row->addStretch();
    column.addLayout(row);
    connect(m_presets, &Segmented::chosen, this, &TargetsPanel::applyPreset);
}

void TargetsPanel::makeLastLayers(QHBoxLayout& row)
{
    m_lastLayers = makeSmallButton(tr("Last"));
    m_lastLayers->setAccessibleName(tr("Last layers"));
    m_lastLayers->setToolTip(
        tr("Only the last layers, as many as the number beside it says: the ticked kinds of matrices there"));
    m_lastCount = new QLineEdit(QStringLiteral("4"));
    m_lastCount->setValidator(new QIntValidator(1, 9999, m_lastCount));
    m_lastCount->setFixedWidth(38);
    m_lastCount->setAlignment(Qt::AlignRight);
    m_lastCount->setAccessibleName(tr("How many of the last layers"));
    m_lastCount->setToolTip(tr("How many of the last layers; Return applies"));
    row.addWidget(m_lastLayers);
    row.addWidget(m_lastCount);
    connect(m_lastLayers, &QPushButton::clicked, this, &TargetsPanel::applyLastLayers);
    connect(m_lastCount, &QLineEdit::returnPressed, this, &TargetsPanel::applyLastLayers);
}

void TargetsPanel::makeMaps(QVBoxLayout& column)
{
    auto* foot = makeSection(6, 10);
    m_foot = makeCaption(QString(), "third", true);
    foot->addWidget(m_foot);
    m_mapButton = makeSmallButton(QString()); // above the switch, which has its room and stays where it is
    foot->addWidget(m_mapButton, 0, Qt::AlignLeft);
    m_maps = new Segmented({tr("Targets"), tr("Fixed rank"), tr("Learned…")});
    m_maps->setToolTips({tr("What is adapted"),
        tr("The ranks of the set-up's rank map; without one the same budget as one rank for all, as LoRA has it"),
        tr("The ranks that a recorded run ended with")});
    foot->addWidget(m_maps, 0, Qt::AlignLeft);
    column.addLayout(foot);
    connect(m_mapButton, &QPushButton::clicked, this, &TargetsPanel::useOrDropMap);
    connect(m_maps, &Segmented::chosen, this, [this](int index) {
        if (static_cast<Shown>(index) == Shown::Learned)
            chooseLearned();
        else
            setShown(static_cast<Shown>(index));
    });
}

void TargetsPanel::setShown(Shown shown)
{
    m_what = shown;
    m_maps->setCurrent(static_cast<int>(shown));
    m_stack->setCurrentWidget(shown == Shown::Targets ? m_grid : m_map);
    refreshMap();
}

void TargetsPanel::showLearned(const QString& folder)
{
    m_learned = folder;
    m_learnedProblem.clear();
    m_learnedRanks.reset();
    try {
        m_learnedRanks = learnedRankMap(folder);
    } catch (const std::exception&) { // a damaged file may ask for more memory than there is, too
        m_learnedProblem = caughtWords();
    }
    setShown(Shown::Learned);
}

// Neither the menu nor the dialog stops anything: a run goes on behind them, and the window can be closed.
void TargetsPanel::chooseLearned()
{
    auto* menu = new QMenu(this);
    for (const QString& folder : runsWithRanks(runsRoot(), 12))
        connect(menu->addAction(shownPath(folder)), &QAction::triggered, this, [this, folder] { showLearned(folder); });
    if (!menu->isEmpty())
        menu->addSeparator();
    connect(menu->addAction(tr("Another run's folder…")), &QAction::triggered, this, [this] {
        askFolder(
            this, tr("A run with ranks.jsonl"), runsRoot(), [this](const QString& folder) { showLearned(folder); });
    });
    connect(menu, &QMenu::aboutToHide, this, [this, menu] {
        m_maps->setCurrent(static_cast<int>(m_what)); // where nothing was chosen
        menu->deleteLater();
    });
    menu->popup(m_maps->mapToGlobal(m_maps->rect().bottomLeft()));
}

void TargetsPanel::refresh()
{
    const auto& model = m_form.model();
    for (QWidget* widget : std::initializer_list<QWidget*> {m_presets, m_lastLayers, m_lastCount, m_maps})
        widget->setEnabled(model.has_value());
    if (!model) {
        m_count->clear();
        m_presets->setCurrent(-1);
        m_grid->setModuleLayout(nullptr);
        m_grid->setLoading(m_form.config().model.path.empty() || m_form.failure(QStringLiteral("model.path"))
                ? tr("The grid appears once the model can be read")
                : tr("Reading the model folder"));
        m_hadMap = false;
        setShown(Shown::Targets);
        return;
    }
    m_grid->setLoading({});
    const std::vector<bool> ticked = m_form.targets();
    m_grid->setTargets(m_form.matrixKinds(), static_cast<int>(model->layers), ticked);
    m_count->setText(counted(static_cast<std::int64_t>(ticked.size()), tr("%2 of %1 matrix"), tr("%2 of %1 matrices"))
                         .arg(formatCount(std::count(ticked.begin(), ticked.end(), true))));
    refreshPresets();
    const bool hasMap = usesRankMap(m_form.config());
    const bool hasCome = hasMap && !m_hadMap;
    m_hadMap = hasMap;
    if (hasCome)
        setShown(Shown::FixedRank); // here it is
    else
        refreshMap();
}

void TargetsPanel::refreshPresets()
{
    const std::vector<std::string> kinds = m_form.matrixKinds();
    const std::vector<bool> ticked = m_form.targets();
    int current = -1;
    for (const int preset : {QueryAndValue, FeedForward, Attention, All}) {
        bool same = true;
        for (std::size_t i = 0; i < ticked.size(); ++i)
            same = same && ticked[i] == isInPreset(preset, kinds[i % kinds.size()]);
        current = same ? preset : current;
    }
    m_presets->setCurrent(current);
}

void TargetsPanel::refreshMap()
{
    QString words = tr("In the run this grid shows the ranks.");
    std::shared_ptr<const RankSnapshot> ranks;
    if (m_what == Shown::FixedRank) {
        ranks = fixedRankMap(m_form);
        if (ranks && !ranks->layout->ranks.empty())
            words = mapWords(*ranks);
        else if (ranks)
            words = counted(ranks->budget, tr("One rank everywhere, as LoRA keeps it: %1 triplet, the budget's end."),
                tr("One rank everywhere, as LoRA keeps it: %1 triplets, the budget's end."));
    } else if (m_what == Shown::Learned) {
        ranks = m_learnedRanks;
        words = ranks ? counted(ranks->budget, tr("What %2 has learned: %1 triplet after step %3."),
                    tr("What %2 has learned: %1 triplets after step %3."))
                            .arg(QFileInfo(m_learned).fileName(), formatCount(ranks->step))
                      : m_learnedProblem;
    }
    m_map->setModuleLayout(ranks ? ranks->layout : nullptr);
    if (ranks)
        m_map->setSnapshot(ranks);
    m_foot->setText(words);
    refreshMapButton(ranks != nullptr);
}

void TargetsPanel::refreshMapButton(bool readable)
{
    const bool learned = m_what == Shown::Learned;
    m_mapButton->setText(learned ? tr("Use this map") : tr("Drop the map"));
    m_mapButton->setToolTip(learned ? tr("Sets up fixed ranks: every matrix keeps the rank that it has here")
                                    : tr("One rank for all matrices again"));
    m_mapButton->setVisible(learned ? readable : m_what == Shown::FixedRank && usesRankMap(m_form.config()));
}

void TargetsPanel::useOrDropMap()
{
    if (m_what != Shown::Learned) {
        m_form.setValue(QStringLiteral("adalora.rank_map"), FieldValue {RankMap {}});
        return;
    }
    useRankMap(m_form, rankMapOf(*m_learnedRanks));
    setShown(Shown::FixedRank);
}

void TargetsPanel::applyTicks(const std::vector<bool>& ticked)
{
    const bool any = std::find(ticked.begin(), ticked.end(), true) != ticked.end();
    if (!m_form.model() || !any) { // empty lists mean all: the last tick stays
        refresh();
        m_foot->setText(tr("One matrix at least has to be adapted."));
        return;
    }
    m_form.setTargets(ticked);
}

void TargetsPanel::applyWhere(const std::function<bool(int layer, const std::string& kind)>& wanted)
{
    const std::vector<std::string> kinds = m_form.matrixKinds();
    std::vector<bool> ticked;
    for (int layer = 0; m_form.model() && layer < m_form.model()->layers; ++layer)
        for (const std::string& kind : kinds)
            ticked.push_back(wanted(layer, kind));
    applyTicks(ticked);
    setShown(Shown::Targets);
}

void TargetsPanel::applyPreset(int preset)
{
    applyWhere([preset](int, const std::string& kind) { return isInPreset(preset, kind); });
}

void TargetsPanel::applyLastLayers()
{
    if (!m_form.model())
        return;
    const std::vector<std::string> kinds = m_form.matrixKinds();
    const std::vector<bool> ticked = m_form.targets();
    const auto isUsed = [&](const std::string& kind) { // in any layer
        const auto column = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), kind) - kinds.begin());
        bool used = false;
        for (std::size_t i = column; i < ticked.size(); i += kinds.size())
            used = used || ticked[i];
        return used;
    };
    const auto first = m_form.model()->layers - std::max<qint64>(1, m_lastCount->text().toLongLong());
    applyWhere([&](int layer, const std::string& kind) { return layer >= first && isUsed(kind); });
}

} // namespace spectune

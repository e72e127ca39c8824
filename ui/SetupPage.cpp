// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SetupPage.h"

#include "ui/BudgetPanel.h"
#include "ui/ConfigForm.h"
#include "ui/DataPanel.h"
#include "ui/EffectiveScale.h"
#include "ui/FieldEditor.h"
#include "ui/IssueList.h"
#include "ui/MemoryPanel.h"
#include "ui/PageParts.h"
#include "ui/PresetBar.h"
#include "ui/RankBoundPanel.h"
#include "ui/SetupEdits.h"
#include "ui/SetupFields.h"
#include "ui/TargetsPanel.h"
#include "ui/WholeWordsArea.h"
#include "visualization/ScaleGauge.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include <utility>

namespace spectune {

SetupPage::SetupPage(ConfigForm& form, const QString& presets, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_fields(new SetupFields(form, this))
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(m_presets = new PresetBar(form, presets));
    outer->addWidget(m_edits = new SetupEdits(form));
    outer->addWidget(makeRule());
    m_splitter = makeColumns();
    m_data = new DataPanel(form, *m_fields);
    addColumn(m_splitter, m_data, 300);
    auto* targets = new TargetsPanel(form, *m_fields);
    addColumn(m_splitter, targets, 260);
    auto* budget = new BudgetPanel(form, *m_fields);
    addColumn(m_splitter, budget, 340, true);
    addColumn(m_splitter, makeChecks(), 270); // last: it takes all fields that are left
    outer->addWidget(m_splitter, 1);
    connect(m_fields, &SetupFields::helpWanted, this, &SetupPage::helpWanted);
    connect(m_presets, &PresetBar::told, this, &SetupPage::helpWanted);
    connect(m_data, &DataPanel::sampleWanted, this, &SetupPage::sampleWanted);
    connect(m_data, &DataPanel::told, this, &SetupPage::helpWanted);
    connect(targets, &TargetsPanel::told, this, &SetupPage::helpWanted);
    connect(budget, &BudgetPanel::told, this, &SetupPage::helpWanted);
    connect(&form, &ConfigForm::checked, this, &SetupPage::refreshScale);
    refreshScale();
}

QWidget* SetupPage::makeChecks()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* issues = makeSection();
    issues->addWidget(makeHeading(tr("Issues")));
    auto* list = new IssueList(m_form);
    connect(list, &IssueList::fieldWanted, this, [this](const QString& key) { m_fields->focus(key); });
    issues->addWidget(list);
    column->addLayout(issues);
    column->addWidget(makeRule());
    auto* scale = makeSection();
    auto* head = new QHBoxLayout;
    m_scaleText = makeText(QString(), "second");
    m_scaleText->setTextFormat(Qt::RichText);
    head->addWidget(makeHeading(tr("Effective scale")));
    head->addStretch();
    head->addWidget(m_scaleText);
    scale->addLayout(head);
    m_scale = new ScaleGauge;
    scale->addWidget(m_scale);
    m_scaleNote = makeCaption(QString(), "third", true);
    scale->addWidget(m_scaleNote);
    column->addLayout(scale);
    column->addWidget(makeRule());
    auto* memory = new MemoryPanel(m_form);
    connect(memory, &MemoryPanel::told, this, &SetupPage::helpWanted);
    column->addWidget(memory);
    column->addWidget(makeRule());
    column->addWidget(new RankBoundPanel(m_form));
    column->addWidget(makeRule());
    column->addLayout(makeOthers());
    column->addStretch();
    return new WholeWordsArea(body, tr("Issues, scale, memory and all other fields"));
}

QLayout* SetupPage::makeOthers()
{
    const std::pair<QLatin1String, QString> groups[] {{QLatin1String("optim."), tr("Optimizer")},
        {QLatin1String("train."), tr("Training")}, {QLatin1String("adalora."), tr("Adapter")},
        {QLatin1String("data."), tr("Data")}, {QLatin1String(), tr("Other")}};
    auto* more = makeSection();
    more->addWidget(makeHeading(tr("All other fields")));
    for (const auto& group : groups) {
        QStringList keys = m_fields->remaining(); // less those of the groups before
        keys.removeIf([&group](const QString& key) { return !key.startsWith(group.first); });
        if (keys.isEmpty())
            continue;
        QLabel* name = makeCaption(group.second);
        WholeWordsArea::keepWithNext(*name);
        more->addWidget(name);
        auto* grid = new QGridLayout;
        m_fields->fill(grid, keys, 2);
        more->addLayout(grid);
    }
    return more;
}

void SetupPage::nextIssue()
{
    const auto& issues = m_form.issues();
    if (issues.empty())
        return;
    m_issue = m_issue < issues.size() ? m_issue : 0;
    m_fields->focus(QString::fromStdString(issues[m_issue].key));
    ++m_issue;
}

void SetupPage::applyDefaultWidths(int width)
{
    const bool narrow = width < 1360;
    const int data = narrow ? 320 : 366;
    const int targets = narrow ? 296 : width < 1700 ? 320 : 420;
    const int checks = narrow ? 286 : width < 1700 ? 318 : 380;
    m_splitter->setSizes({data, targets, width - data - targets - checks - 3, checks});
}

void SetupPage::refreshScale()
{
    const EffectiveScale scale = EffectiveScale::of(m_form.resolved(), m_form.config().method, m_form.facts().width);
    m_scale->setScale(scale.effective(), 0.5, scale.usual());
    m_scaleText->setText(scale.headline());
    m_scaleNote->setText(scale.derivation());
    m_scaleNote->setVisible(scale.isNarrow());
}

} // namespace spectune

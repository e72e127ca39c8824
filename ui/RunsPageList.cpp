// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs page's list: searching, sorting, choosing by mouse and by keyboard.
#include "ui/PageParts.h"
#include "ui/RunLibrary.h"
#include "ui/RunListDelegate.h"
#include "ui/RunListModel.h"
#include "ui/RunsPage.h"
#include "ui/Segmented.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunTags.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMouseEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

QWidget* RunsPage::makeList()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Search names, models, notes"));
    m_search->setToolTip(
        tr("Words of name, notes, tags, model, method or folder; gamma=0.1 or tag=baseline for one value"));
    m_search->setAccessibleName(tr("Search runs"));
    addClearButton(*m_search);
    auto* order = new Segmented({tr("Date"), tr("Loss"), tr("Name")});
    order->setCurrent(0);
    head->addWidget(m_search, 1);
    column->addLayout(head);
    auto* sorting = new QHBoxLayout; // a row of its own: beside it the search would have room for one word
    sorting->setContentsMargins(12, 0, 12, 7);
    sorting->addWidget(makeCaption(tr("Sorted by")));
    sorting->addStretch();
    sorting->addWidget(order);
    column->addLayout(sorting);
    column->addWidget(makeRule());
    m_view = new QListView;
    m_view->setModel(m_model);
    m_view->setItemDelegate(new RunListDelegate(m_view));
    m_view->setUniformItemSizes(true);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setSelectionMode(QAbstractItemView::NoSelection);
    m_view->setAccessibleName(tr("Runs"));
    column->addWidget(m_view, 1);
    m_empty = new QWidget;
    auto* empty = makeSection(24, 24);
    m_empty->setLayout(empty);
    m_emptyText = makeText(QString(), "second", true);
    m_demo = new QPushButton(tr("Open the demo"));
    empty->addWidget(m_emptyText);
    empty->addWidget(m_demo, 0, Qt::AlignLeft);
    empty->addStretch();
    column->addWidget(m_empty, 1);
    column->addWidget(makeRule());
    auto* below = new QWidget; // a widget of its own asks for its text's height, and for no more
    auto* foot = makeSection(8, 8);
    below->setLayout(foot);
    m_hint = makeCaption(QString(), "third", true);
    auto* add = makeSmallButton(tr("Add runs from disk…"), QStringLiteral("folder"));
    foot->addWidget(m_hint);
    foot->addWidget(add);
    column->addWidget(below);
    connect(order, &Segmented::chosen, this, [this](int index) { m_model->setOrder(static_cast<RunOrder>(index)); });
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setSearch(RunSearch(text));
        refreshList();
    });
    connect(add, &QPushButton::clicked, this, &RunsPage::scanWanted);
    connect(m_demo, &QPushButton::clicked, this, &RunsPage::demoWanted);
    return body;
}

void RunsPage::connectList()
{
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    m_search->installEventFilter(this);
    // The row that the keyboard stands on goes with its run, whatever is found, sorted or searched.
    connect(m_model, &RunListModel::modelAboutToBeReset, this, [this] {
        if (const RunRecord* record = m_model->record(m_view->currentIndex()))
            m_current = record->id;
    });
    connect(m_model, &RunListModel::modelReset, this, [this] { m_view->setCurrentIndex(m_model->indexOf(m_current)); });
    connect(m_model, &RunListModel::chosenChanged, this, &RunsPage::followChoice);
}

/// The keyboard stands on the run that was chosen last, also where something else than the list chose it.
void RunsPage::followChoice()
{
    const std::vector<std::int64_t>& chosen = m_model->chosen();
    const auto isNew = [this](std::int64_t id) { return std::ranges::find(m_choice, id) == m_choice.end(); };
    const auto newest = std::find_if(chosen.rbegin(), chosen.rend(), isNew);
    if (newest != chosen.rend() && m_model->indexOf(*newest).isValid())
        m_view->setCurrentIndex(m_model->indexOf(*newest));
    m_choice = chosen;
}

void RunsPage::focusList()
{
    m_view->setFocus(Qt::OtherFocusReason);
    if (!m_view->currentIndex().isValid() && m_model->rowCount() > 0)
        m_view->setCurrentIndex(m_model->index(0));
}

bool RunsPage::pressInSearch(const QKeyEvent& key)
{
    switch (key.key()) {
    case Qt::Key_Down:
    case Qt::Key_Return:
    case Qt::Key_Enter: focusList(); return true;
    case Qt::Key_Escape:
        if (m_search->text().isEmpty())
            return false;
        m_search->clear();
        return true;
    default: return false;
    }
}

void RunsPage::toggle(const QModelIndex& index)
{
    const RunRecord* record = m_model->record(index);
    if (record && !m_model->toggle(record->id))
        Q_EMIT told({}, RunListModel::fullText());
}

bool RunsPage::pressInList(const QKeyEvent& key)
{
    const RunRecord* record = m_model->record(m_view->currentIndex());
    if (!record)
        return false;
    switch (key.key()) {
    case Qt::Key_Space: toggle(m_view->currentIndex()); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: m_model->choose({record->id}); return true;
    case Qt::Key_Delete:
        m_model->choose({record->id});
        deleteRun();
        return true;
    default: return false;
    }
}

bool RunsPage::clickInList(const QMouseEvent& mouse)
{
    const QModelIndex index = m_view->indexAt(mouse.position().toPoint());
    const RunRecord* record = m_model->record(index);
    if (mouse.button() != Qt::LeftButton || !record)
        return false;
    m_view->setFocus(Qt::MouseFocusReason);
    m_view->setCurrentIndex(index);
    const bool tick = RunListDelegate::tickArea(m_view->visualRect(index)).contains(mouse.position().toPoint());
    if (tick || mouse.modifiers().testFlag(Qt::ControlModifier))
        toggle(index);
    else if (mouse.type() == QEvent::MouseButtonDblClick)
        Q_EMIT openWanted(record->folder);
    else
        m_model->choose({record->id});
    return true;
}

bool RunsPage::eventFilter(QObject* watched, QEvent* event)
{
    const bool pressed = event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick;
    if (watched == m_view->viewport() && pressed && clickInList(*static_cast<QMouseEvent*>(event)))
        return true;
    if (event->type() == QEvent::KeyPress) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if ((watched == m_view && pressInList(key)) || (watched == m_search && pressInSearch(key)))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

void RunsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void RunsPage::refreshList()
{
    const bool none = m_library.records().empty();
    const bool rows = m_model->rowCount() > 0;
    m_view->setVisible(rows);
    m_empty->setVisible(!rows);
    m_demo->setVisible(none && m_library.refusal().isEmpty() && m_library.isOpen());
    QString text = tr("No run matches the search.");
    if (!m_library.refusal().isEmpty())
        text = tr("The history cannot be shown. %1").arg(m_library.refusal());
    else if (!m_library.isOpen())
        text = tr("Reading the history…");
    else if (none)
        text = m_library.isScanning() ? tr("Looking for runs…") : tr("No run yet");
    m_emptyText->setText(text);
    std::int64_t bytes = 0;
    for (const RunRecord& record : m_library.records())
        bytes += record.state == RecordState::Missing ? 0 : record.bytes;
    m_hint->setVisible(!none);
    m_hint->setText(counted(static_cast<std::int64_t>(m_library.records().size()), tr("%1 run"), tr("%1 runs"))
        + tr(", %1 on disk. ").arg(formatFileSize(static_cast<double>(bytes)))
        + tr("Tick 2 to %1 runs to compare them. The number is the last evaluation loss, or the task loss where there "
             "is "
             "none; each small curve has a scale of its own.")
              .arg(formatCount(mostComparedRuns)));
}

} // namespace spectune

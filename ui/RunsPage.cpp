// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsPage.h"

#include "ui/CompareTable.h"
#include "ui/LegendToggle.h"
#include "ui/PageParts.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListDelegate.h"
#include "ui/RunListModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/Segmented.h"
#include "ui/ShareButton.h"
#include "visualization/ComparePlot.h"
#include "visualization/NumberFormat.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

namespace spectune {

namespace {
enum Shown { Differences, All, About };
}

RunsPage::RunsPage(RunLibrary& library, QWidget* parent)
    : QWidget(parent)
    , m_library(library)
    , m_model(new RunListModel(library, this))
    , m_bar(new RunsBar)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(m_bar);
    m_splitter = makeColumns();
    addColumn(m_splitter, makeList(), 260);
    auto* right = new QSplitter(Qt::Vertical);
    right->setObjectName(QStringLiteral("RunsRight"));
    right->setHandleWidth(1);
    right->setChildrenCollapsible(false);
    QSplitter* upper = makeColumns();
    upper->setObjectName(QStringLiteral("RunsUpper"));
    addColumn(upper, makeCurves(), 420, true);
    addColumn(upper, makeDifferences(), 280);
    right->addWidget(upper);
    QVBoxLayout* maps = nullptr;
    right->addWidget(makePanel(maps));
    maps->addWidget(m_maps = new RunsMaps);
    right->setStretchFactor(0, 41);
    right->setStretchFactor(1, 59);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(1, 1);
    outer->addWidget(m_splitter, 1);
    connect(m_maps, &RunsMaps::told, this, &RunsPage::told);
    m_soon.setSingleShot(true);
    m_soon.setInterval(30);
    connect(&m_soon, &QTimer::timeout, this, &RunsPage::refresh);
    connect(&library, &RunLibrary::changed, this, [this] {
        if (!m_soon.isActive())
            m_soon.start();
    });
    connect(&library, &RunLibrary::runLoaded, this, &RunsPage::refreshChosen);
    connect(m_model, &RunListModel::chosenChanged, this, &RunsPage::refreshChosen);
    connectBar();
    connectList();
    refresh();
}

QWidget* RunsPage::makeList()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Search"));
    m_search->setToolTip(
        tr("Words of name, notes, tags, model, method or folder; gamma=0.1 or tag=baseline for one value"));
    m_search->setAccessibleName(tr("Search runs"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(80);
    auto* order = new Segmented({tr("Date"), tr("Loss"), tr("Name")});
    order->setCurrent(0);
    head->addWidget(m_search, 1);
    head->addWidget(order);
    column->addLayout(head);
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
    auto* foot = makeSection(8, 8);
    m_hint = makeCaption(QString(), "third", true);
    auto* add = makeSmallButton(tr("Add runs from disk…"), QStringLiteral("folder"));
    foot->addWidget(m_hint);
    foot->addWidget(add);
    column->addLayout(foot);
    connect(order, &Segmented::chosen, this, [this](int index) { m_model->setOrder(static_cast<RunOrder>(index)); });
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setSearch(RunSearch(text));
        refreshList();
    });
    connect(add, &QPushButton::clicked, this, &RunsPage::scanWanted);
    connect(m_demo, &QPushButton::clicked, this, &RunsPage::demoWanted);
    return body;
}

QWidget* RunsPage::makeCurves()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_plot = new ComparePlot;
    auto* axis = new Segmented({tr("Step"), tr("Tokens"), tr("Time")});
    axis->setCurrent(0);
    auto* share = new ShareButton(QStringLiteral("losses"), m_plot, [this] { return m_plot->curves().csv(); });
    share->setPaint([this](QPaintDevice& device, QSize size) { m_plot->paintOn(device, size); });
    head->addWidget(makeHeading(tr("Loss")));
    head->addWidget(m_curvesNote = makeText(tr("smoothed, with evaluations"), "second"));
    head->addStretch();
    head->addWidget(axis);
    head->addWidget(share);
    column->addLayout(head);
    column->addLayout(makeCurvesLegend());
    column->addWidget(m_plot, 1);
    connect(axis, &Segmented::chosen, this, [this](int index) { m_plot->setAxis(static_cast<CompareAxis>(index)); });
    connect(share, &ShareButton::told, this, &RunsPage::told);
    return body;
}

QLayout* RunsPage::makeCurvesLegend()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 12, 2);
    row->setSpacing(5);
    const auto toggle = [&](const QString& name, LegendMark mark, ComparePart part, const QString& tip) {
        auto* entry = new LegendToggle(name, mark);
        entry->setToolTip(tip);
        connect(
            entry, &QAbstractButton::toggled, m_plot, [this, part](bool shown) { m_plot->setPartShown(part, shown); });
        row->addWidget(entry);
    };
    toggle(tr("raw"), LegendMark::Band, ComparePart::Raw, tr("Every step's loss behind the smoothed line"));
    toggle(tr("smooth"), LegendMark::Line, ComparePart::Smooth, tr("The smoothed loss"));
    toggle(tr("eval"), LegendMark::Diamond, ComparePart::Evaluation, tr("Evaluation loss"));
    row->addStretch();
    auto* log = new LegendToggle(tr("log"), LegendMark::Box);
    log->setChecked(false);
    log->setToolTip(tr("Logarithmic loss axis"));
    connect(log, &QAbstractButton::toggled, m_plot, &ComparePlot::setLogarithmic);
    row->addWidget(log);
    return row;
}

QWidget* RunsPage::makeDifferences()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_shown = new Segmented({tr("Differ"), tr("All"), tr("About A")});
    m_shown->setCurrent(Differences);
    m_differenceCount = makeHeading(QString());
    m_table = new CompareTable;
    auto* share = new ShareButton(QStringLiteral("comparison"), m_table, [this] {
        std::vector<CompareRow> rows = m_table->configuration();
        rows.insert(rows.end(), m_table->results().begin(), m_table->results().end());
        QStringList names;
        for (const std::int64_t id : m_model->chosen())
            if (const RunRecord* record = m_library.find(id))
                names << record->name;
        return tableCsv(names, rows);
    });
    head->addWidget(m_differenceCount);
    head->addStretch();
    head->addWidget(m_shown);
    head->addWidget(share);
    column->addLayout(head);
    m_tableNote = makeText(QString(), "third", true);
    m_tableNote->setContentsMargins(12, 4, 12, 4);
    column->addWidget(m_tableNote);
    m_tableArea = makeScroll(m_table);
    m_tableArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    column->addWidget(m_tableArea, 1);
    m_detailsArea = makeScroll(m_details = new RunDetails(m_library));
    column->addWidget(m_detailsArea, 1);
    connect(m_shown, &Segmented::chosen, this, &RunsPage::refreshTable);
    connect(share, &ShareButton::told, this, &RunsPage::told);
    return body;
}

void RunsPage::connectList()
{
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
}

bool RunsPage::eventFilter(QObject* watched, QEvent* event)
{
    const auto toggle = [this](const QModelIndex& index) {
        const RunRecord* record = m_model->record(index);
        if (record && !m_model->toggle(record->id))
            Q_EMIT told({}, tr("Six runs are compared already. Untick one first."));
    };
    if (watched == m_view->viewport()
        && (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick)) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QModelIndex index = m_view->indexAt(mouse->position().toPoint());
        const RunRecord* record = m_model->record(index);
        if (mouse->button() == Qt::LeftButton && record) {
            m_view->setFocus(Qt::MouseFocusReason);
            m_view->setCurrentIndex(index);
            const bool tick
                = RunListDelegate::tickArea(m_view->visualRect(index)).contains(mouse->position().toPoint());
            if (tick || mouse->modifiers().testFlag(Qt::ControlModifier))
                toggle(index);
            else if (event->type() == QEvent::MouseButtonDblClick)
                Q_EMIT openWanted(record->folder);
            else
                m_model->choose({record->id});
            return true;
        }
    }
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const RunRecord* record = m_model->record(m_view->currentIndex());
        if (record && key->key() == Qt::Key_Space) {
            toggle(m_view->currentIndex());
            return true;
        }
        if (record && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter)) {
            m_model->choose({record->id});
            return true;
        }
        if (record && key->key() == Qt::Key_Delete) {
            m_model->choose({record->id});
            deleteRun();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void RunsPage::applyDefaultWidths(int width)
{
    const bool narrow = width < 1360;
    const int list = narrow ? 286 : 330;
    const int differences = narrow ? 300 : width < 1700 ? 344 : 440;
    m_splitter->setSizes({list, width - list - 1});
    findChild<QSplitter*>(QStringLiteral("RunsRight"))->setSizes({4100, 5900}); // shares: the splitter scales them
    findChild<QSplitter*>(QStringLiteral("RunsUpper"))->setSizes({width - list - differences - 2, differences});
}

void RunsPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void RunsPage::setBusy(bool busy)
{
    if (m_busy == busy)
        return;
    m_busy = busy;
    refreshChosen();
}

void RunsPage::refresh()
{
    m_model->refresh();
    refreshList();
    refreshChosen();
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
        text = tr("There is no history. %1").arg(m_library.refusal());
    else if (!m_library.isOpen())
        text = tr("Reading the history…");
    else if (none)
        text = m_library.isScanning() ? tr("Looking for runs…") : tr("No run yet");
    m_emptyText->setText(text);
    std::int64_t bytes = 0;
    for (const RunRecord& record : m_library.records())
        bytes += record.bytes;
    QString hint = tr("Tick two to six runs to compare them. The number is the last evaluation loss; the small curves "
                      "have scales of their own.");
    if (!none)
        hint = counted(static_cast<std::int64_t>(m_library.records().size()), tr("%1 run"), tr("%1 runs"))
            + tr(", %1 on disk. ")
                  .arg(bytes < 1'000'000'000 ? formatMB(static_cast<double>(bytes))
                                             : formatGiB(static_cast<double>(bytes)))
            + hint;
    m_hint->setText(hint);
}

} // namespace spectune

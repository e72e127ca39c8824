// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsPage.h"

#include "ui/CompareTable.h"
#include "ui/PageParts.h"
#include "ui/PanelSplitter.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsCurves.h"
#include "ui/RunsMaps.h"
#include "ui/ScrollBarRoom.h"
#include "ui/Segmented.h"
#include "ui/ShareButton.h"
#include "ui/WholeRowsArea.h"
#include "ui/WholeWordsArea.h"

#include <QDataStream>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

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
    m_right = new PanelSplitter(Qt::Vertical);
    m_right->setObjectName(QStringLiteral("RunsRight"));
    m_upper = makeColumns();
    m_upper->setObjectName(QStringLiteral("RunsUpper"));
    addColumn(m_upper, m_curves = new RunsCurves, 420, true);
    addColumn(m_upper, makeDifferences(), 280);
    connect(m_upper, &QSplitter::splitterMoved, this, [this] { m_handleMoved = true; });
    m_right->addWidget(m_upper);
    QVBoxLayout* maps = nullptr;
    m_right->addWidget(makePanel(maps));
    maps->addWidget(m_maps = new RunsMaps);
    m_right->setStretchFactor(0, 41);
    m_right->setStretchFactor(1, 59);
    m_splitter->addWidget(m_right);
    m_splitter->setStretchFactor(1, 1);
    outer->addWidget(m_splitter, 1);
    connect(m_curves, &RunsCurves::told, this, &RunsPage::told);
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
    connectMenu();
    refresh();
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
                names << record->title();
        return [names, rows = std::move(rows)] { return tableCsv(names, rows); };
    });
    head->addWidget(m_differenceCount);
    head->addStretch();
    head->addWidget(m_shown);
    head->addWidget(m_tableShare = share);
    column->addLayout(head);
    m_tableNote = makeText(QString(), "third", true);
    m_tableNote->setContentsMargins(12, 4, 12, 4);
    column->addWidget(m_tableNote);
    m_tableArea = new WholeRowsArea(m_table, tr("Comparison of the chosen runs"));
    column->addWidget(m_tableArea, 1);
    m_detailsArea = new WholeWordsArea(m_details = new RunDetails(m_library), tr("About this run"));
    keepScrollBarRoom(*m_detailsArea); // else the fields' ends would move as it comes and goes
    column->addWidget(m_detailsArea, 1);
    connect(m_shown, &Segmented::chosen, this, &RunsPage::refreshTable);
    connect(share, &ShareButton::told, this, &RunsPage::told);
    return body;
}

ComparePlot& RunsPage::plot()
{
    return m_curves->plot();
}

void RunsPage::applyDefaultWidths(int width)
{
    const bool narrow = width < 1360;
    const int list = narrow ? 286 : 330;
    m_splitter->setSizes({list, width - list - 1});
    m_right->setSizes({4100, 5900}); // shares: the splitter scales them
    m_upper->setSizes({width - list - differencesWidth(width) - 2, differencesWidth(width)});
}

QByteArray RunsPage::saveSplitters() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    // Where no one has moved the handle left of the differences, their width goes on following the runs that are
    // chosen.
    stream << m_splitter->saveState() << m_right->saveState() << (m_handleMoved ? m_upper->saveState() : QByteArray());
    return state;
}

void RunsPage::restoreSplitters(const QByteArray& state)
{
    QDataStream stream(state);
    QByteArray outer;
    QByteArray right;
    QByteArray upper;
    stream >> outer >> right >> upper;
    if (stream.status() != QDataStream::Ok)
        return;
    m_splitter->restoreState(outer);
    m_right->restoreState(right);
    m_handleMoved = m_upper->restoreState(upper);
}

int RunsPage::differencesWidth(int width) const
{
    constexpr int manyRuns = 450; // room for four columns with words in them
    const int usual = width < 1360 ? 320 : width < 1700 ? 344 : 440;
    return m_model->chosen().size() > 2 ? std::max(usual, manyRuns) : usual;
}

// More than two runs ask for more columns; where a person has put the handle, it stays.
void RunsPage::fitDifferences()
{
    const bool many = m_model->chosen().size() > 2;
    if (many == m_fitsMany)
        return;
    m_fitsMany = many;
    const QList<int> sizes = m_upper->sizes();
    if (m_handleMoved || sizes.size() != 2)
        return;
    const int differences = differencesWidth(window()->width());
    m_upper->setSizes({sizes[0] + sizes[1] - differences, differences});
}

void RunsPage::setBusy(bool busy)
{
    if (m_busy == busy)
        return;
    m_busy = busy;
    refreshChosen();
}

void RunsPage::setOpening(const QString& folder)
{
    m_opening = folder.isEmpty() ? QString() : QDir::cleanPath(QDir(folder).absolutePath());
    const RunRecord* a = find(0);
    m_openingWasFirst = a && a->folder == m_opening;
    refreshChosen();
}

bool RunsPage::hasLeftOpening() const
{
    const RunRecord* a = find(0);
    return m_openingWasFirst && (!a || a->folder != m_opening);
}

void RunsPage::refresh()
{
    m_model->refresh();
    refreshList();
    refreshChosen();
}

} // namespace spectune

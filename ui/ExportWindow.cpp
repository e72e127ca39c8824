// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ExportWindow.h"

#include "ui/ExportRow.h"
#include "ui/ExportTexts.h"
#include "ui/FieldLine.h"
#include "ui/HomePath.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/ScrollGutter.h"
#include "ui/SessionController.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace spectune {

ExportWindow::ExportWindow(SessionController& session, RunModel& run, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_session(session)
    , m_run(run)
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setWindowTitle(tr("Export"));
    resize(880, m_ownHeight);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    column->addWidget(makeRule());
    QWidget* const names = makeColumnNames();
    column->addWidget(names);
    column->addWidget(makeRule());
    QScrollArea* const area = makeProfiles();
    new ScrollGutter(*area, *names->layout());
    column->addWidget(area, 1);
    auto* note = makeSection(10, 10);
    note->setContentsMargins(18, 10, 18, 10);
    m_method = makeCaption(QString(), "second", true);
    note->addWidget(m_method);
    column->addLayout(note);
    column->addWidget(makeFoot());
    listen();
}

QWidget* ExportWindow::makeHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(18, 12, 18, 12);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    m_title = makeTitle(QString());
    m_subtitle = makeCaption(QString(), "second");
    texts->addWidget(m_title);
    texts->addWidget(m_subtitle);
    row->addLayout(texts, 1);
    m_folder = new FieldLine;
    m_folder->setFixedWidth(270);
    m_folder->setAccessibleName(tr("Folder to export into"));
    row->addWidget(m_folder);
    auto* browse = makeSmallButton(tr("Choose…"), QStringLiteral("folder"));
    browse->setFixedHeight(26); // as the field
    browse->setToolTip(tr("Another folder to export into"));
    row->addWidget(browse);
    connect(browse, &QPushButton::clicked, this, &ExportWindow::chooseFolder);
    return head;
}

void ExportWindow::chooseFolder()
{
    askFolder(this, tr("Folder to export into"), folder(),
        [this](const QString& folder) { m_folder->setText(shownPath(folder)); });
}

QWidget* ExportWindow::makeColumnNames()
{
    auto* head = new QWidget;
    head->setFixedHeight(28);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(18, 0, 18, 0);
    row->setSpacing(ExportRow::gap);
    const auto add = [row](const QString& text, int width) {
        QLabel* name = makeCaption(text);
        if (width > 0)
            name->setFixedWidth(width);
        row->addWidget(name, width > 0 ? 0 : 1);
        return name;
    };
    add(QString(), ExportRow::boxWidth);
    add(tr("Profile"), ExportRow::nameWidth);
    add(tr("Read by"), 0);
    add(tr("Size"), ExportRow::sizeWidth)->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    add(tr("Check"), ExportRow::checkWidth);
    return head;
}

QScrollArea* ExportWindow::makeProfiles()
{
    auto* rows = new QWidget;
    auto* column = new QVBoxLayout(rows);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    addProfiles(column);
    m_area = makeScroll(rows, tr("Profiles"));
    rows->installEventFilter(this);
    return m_area;
}

bool ExportWindow::eventFilter(QObject* watched, QEvent* event)
{
    if (m_area && watched == m_area->widget() && event->type() == QEvent::LayoutRequest)
        QMetaObject::invokeMethod(this, &ExportWindow::growToFit, Qt::QueuedConnection); // once they are laid out
    return QWidget::eventFilter(watched, event);
}

// What went wrong may take many lines: the window grows with its rows as far as the screen goes, unless a person has
// given it a height.
void ExportWindow::growToFit()
{
    if (!isVisible() || height() != m_ownHeight)
        return;
    const QWidget* rows = m_area->widget();
    const int missing = rows->heightForWidth(m_area->viewport()->width()) - m_area->viewport()->height();
    const int most = screen()->availableGeometry().height() - (frameGeometry().height() - height());
    const int wanted = std::min(height() + missing, most);
    if (wanted <= height())
        return;
    m_ownHeight = wanted;
    resize(width(), wanted);
}

void ExportWindow::addProfiles(QVBoxLayout* column)
{
    m_profiles.reserve(exportFormats.size()); // what is connected below keeps an index
    for (std::size_t i = 0; i < exportFormats.size(); ++i) {
        auto* row = new ExportRow(QString::fromUtf8(exportFormats[i]));
        m_profiles.push_back({row});
        column->addWidget(row, 1);
        connect(row, &ExportRow::chosenChanged, this, &ExportWindow::refreshFoot);
        connect(row, &ExportRow::cancelTriggered, this, [this, i] { m_session.cancel(m_profiles[i].request); });
        connect(row, &ExportRow::float32Chosen, this, [this](bool chosen) {
            m_facts.mergesAsFloat32 = chosen;
            refreshFacts();
            refreshFoot();
        });
    }
}

QWidget* ExportWindow::makeFoot()
{
    auto* foot = new QWidget;
    foot->setObjectName(QStringLiteral("StatusLine"));
    foot->setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(18, 12, 18, 12);
    row->setSpacing(8);
    m_state = makeCaption(QString(), "second", true);
    m_open = new QPushButton(tr("Open folder"));
    m_copy = new QPushButton(tr("Copy commands"));
    m_write = new QPushButton(tr("Export"));
    m_close = new QPushButton(tr("Close"));
    row->addWidget(m_state, 1);
    for (QPushButton* button : {m_open, m_copy, m_write, m_close}) {
        button->setFixedHeight(28);
        row->addWidget(button);
    }
    connect(m_open, &QPushButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder())); });
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QString text;
        for (const ExportReport& report : m_written)
            if (report.verified)
                text += ExportTexts::commands(report, m_model);
        QGuiApplication::clipboard()->setText(text);
    });
    connect(m_write, &QPushButton::clicked, this, &ExportWindow::write);
    connect(m_close, &QPushButton::clicked, this, &ExportWindow::close);
    return foot;
}

void ExportWindow::listen()
{
    connect(&m_session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request == m_modelRequest)
            takeModel(answer);
        refreshQueue();
        for (Profile& profile : m_profiles)
            if (profile.request == request)
                take(profile, answer);
    });
    connect(&m_session, &SessionController::requestProgress, this,
        [this](qint64 request, const PreparationProgress& progress) {
            for (const Profile& profile : m_profiles)
                if (profile.request == request)
                    profile.row->setProgress(progress);
        });
    connect(&m_session, &SessionController::stateChanged, this, [this] {
        refreshFoot();
        refreshQueue();
    });
    for (const auto signal : {&RunModel::reset, &RunModel::stateChanged, &RunModel::checkpointAppended})
        connect(&m_run, signal, this, &ExportWindow::renew);
    connect(m_folder, &QLineEdit::textChanged, this, [this] { // another disk may have more room
        m_roomPause.start();
        refreshFoot();
    });
    m_roomPause.setSingleShot(true);
    m_roomPause.setInterval(std::chrono::milliseconds(200));
    connect(&m_roomPause, &QTimer::timeout, this, &ExportWindow::askRoom);
    connect(&m_disk, &DiskQuestion::answered, this, &ExportWindow::takeRoom);
}

bool ExportWindow::isBusy() const
{
    return std::any_of(
        m_profiles.begin(), m_profiles.end(), [](const Profile& profile) { return profile.row->isBusy(); });
}

void ExportWindow::showRun()
{
    if (!isBusy())
        takeRun();
    askRoom();
    if (parentWidget() && !testAttribute(Qt::WA_Moved)) // window managers put it beside the studio, half off the screen
        move(parentWidget()->window()->geometry().center() - rect().center());
    show();
    raise();
    activateWindow();
}

void ExportWindow::takeRun()
{
    if (m_source != m_run.folder()) {
        m_written.clear();
        for (const Profile& profile : m_profiles)
            profile.row->reset();
        m_folder->setText(shownPath(m_run.folder() + QStringLiteral("/exports")));
    }
    m_source = m_run.folder();
    const QString model = QString::fromStdString(m_run.config().model.path);
    if (m_model != model) {
        m_facts.modelBytes = m_facts.modelParameters = 0;
        m_facts.modelType.clear();
    }
    m_model = model;
    m_modelRequest = m_session.ask(InspectModel {m_model.toStdString()});
    m_title->setText(tr("Export %1").arg(QFileInfo(m_source).fileName()));
    takeRanks();
}

void ExportWindow::takeModel(const Answer& answer)
{
    m_modelRequest = -1;
    const auto* model = std::get_if<ModelSummary>(&answer);
    if (!model)
        return; // the merged export itself will say what is wrong with it
    m_facts.modelBytes = model->weightBytes;
    m_facts.modelParameters = model->parameters;
    m_facts.modelType = QString::fromStdString(model->dtype);
    m_facts.mergesAsFloat32 = m_facts.mergesAsFloat32 && m_facts.hasHalfBase();
    refreshFacts();
    refreshFoot();
}

void ExportWindow::refreshFacts()
{
    for (const Profile& profile : m_profiles)
        profile.row->setFacts(m_facts);
    double maxDelta = 0.0;
    for (const ExportReport& report : m_written)
        maxDelta = std::max(maxDelta, report.maxDelta);
    m_method->setText(ExportTexts::method(m_facts, maxDelta));
}

QString ExportWindow::folder() const
{
    return QDir::current().absoluteFilePath(withHome(m_folder->text().trimmed()));
}

QString ExportWindow::freeTarget(const QString& format) const
{
    const QString base = folder() + QLatin1Char('/') + format;
    QString target = base;
    for (int i = 2; QFileInfo::exists(target) && !QDir(target).isEmpty(); ++i)
        target = QStringLiteral("%1-%2").arg(base).arg(i);
    return target;
}

void ExportWindow::write()
{
    const bool some = hasLeft(); // what is written stays: no second folder of it
    for (Profile& profile : m_profiles) {
        if (!profile.row->isChosen() || profile.row->isBusy() || (some && !isLeft(profile)))
            continue;
        const QString& format = profile.row->format();
        ExportAdapter request {m_source.toStdString(), format.toStdString(), freeTarget(format).toStdString()};
        if (format == QLatin1String("merged") && m_facts.mergesAsFloat32)
            request.dtype = "float32";
        profile.request = m_session.ask(std::move(request));
        profile.row->setQueued(waitsFor(profile));
    }
    refreshFoot();
}

void ExportWindow::take(Profile& profile, const Answer& answer)
{
    profile.request = -1;
    if (const auto* report = std::get_if<ExportReport>(&answer)) {
        m_written.push_back(*report);
        profile.row->setReport(*report);
        refreshFacts();
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        profile.row->setFailure(*failure);
    }
    renew(); // the run may have gone on meanwhile
    refreshFoot();
    if (!isBusy()) {
        askRoom(); // what was written took some of it
        Q_EMIT ended();
    }
}

} // namespace spectune

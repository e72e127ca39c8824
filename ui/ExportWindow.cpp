// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ExportWindow.h"

#include "ui/ExportFacts.h"
#include "ui/FieldLine.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QFrame>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

ExportWindow::ExportWindow(SessionController& session, RunModel& run, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_session(session)
    , m_run(run)
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setWindowTitle(tr("Export"));
    resize(880, 470);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    column->addWidget(makeRule());
    auto* table = new QWidget;
    auto* grid = new QGridLayout(table);
    grid->setContentsMargins(18, 8, 18, 8);
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(2);
    const QStringList heads {QString(), tr("Profile"), tr("Read by"), tr("Size"), tr("Check")};
    for (int i = 1; i < heads.size(); ++i)
        grid->addWidget(makeCaption(heads.at(i)), 0, i, i == 3 ? Qt::AlignRight : Qt::AlignLeft);
    addProfile(grid, QStringLiteral("peft-adalora"), tr("PEFT AdaLoRA"));
    addProfile(grid, QStringLiteral("peft-lora-padded"), tr("LoRA, padded"));
    addProfile(grid, QStringLiteral("peft-lora"), tr("LoRA, true ranks"));
    grid->setColumnMinimumWidth(1, 170);
    grid->setColumnStretch(2, 1);
    grid->setColumnMinimumWidth(3, 70);
    grid->setColumnMinimumWidth(4, 220);
    column->addWidget(table, 1);
    column->addWidget(makeRule());
    auto* note = makeSection(10, 10);
    note->setContentsMargins(18, 10, 18, 10);
    note->addWidget(makeCaption(
        tr("ΔW is rebuilt from the written file and compared with the engine's, element by element, in float32. "
           "An export that differs by more than 1e−5 of the largest |ΔW| is marked and not called done."),
        "second", true));
    column->addLayout(note);
    column->addWidget(makeFoot());
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        for (Profile& profile : m_profiles)
            if (profile.request == request)
                take(profile, answer);
    });
    connect(&session, &SessionController::stateChanged, this, [this] { refreshFoot(); });
}

QWidget* ExportWindow::makeHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(18, 14, 18, 12);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    m_title = makeTitle(QString());
    m_subtitle = makeCaption(QString(), "second");
    texts->addWidget(m_title);
    texts->addWidget(m_subtitle);
    row->addLayout(texts, 1);
    m_folder = new FieldLine;
    m_folder->setFixedWidth(300);
    m_folder->setAccessibleName(tr("Folder to export into"));
    row->addWidget(m_folder);
    return head;
}

void ExportWindow::addProfile(QGridLayout* grid, const QString& format, const QString& name)
{
    const int row = grid->rowCount() * 1;
    Profile profile;
    profile.format = format;
    profile.box = new QCheckBox;
    profile.box->setChecked(true);
    profile.box->setAccessibleName(name);
    profile.name = makeHeading(name);
    auto* mono = makeCaption(format);
    mono->setFont(Fonts::mono());
    profile.readBy = makeText(QString(), "second", true);
    profile.size = makeText(QString());
    profile.check = makeText(QString(), "", true);
    profile.detail = makeCaption(QString(), "third", true);
    grid->addWidget(makeRule(), row, 0, 1, 5);
    grid->addWidget(profile.box, row + 1, 0, 2, 1);
    grid->addWidget(profile.name, row + 1, 1, Qt::AlignBottom);
    grid->addWidget(mono, row + 2, 1, Qt::AlignTop);
    grid->addWidget(profile.readBy, row + 1, 2, 2, 1, Qt::AlignVCenter);
    grid->addWidget(profile.size, row + 1, 3, 2, 1, Qt::AlignRight | Qt::AlignVCenter);
    grid->addWidget(profile.check, row + 1, 4, Qt::AlignBottom);
    grid->addWidget(profile.detail, row + 2, 4, Qt::AlignTop);
    grid->setRowStretch(row + 1, 1);
    grid->setRowStretch(row + 2, 1);
    connect(profile.box, &QCheckBox::toggled, this, &ExportWindow::refreshFoot);
    m_profiles.push_back(profile);
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
    m_write->setMinimumWidth(90);
    setRole(m_write, "primary");
    row->addWidget(m_state, 1);
    for (QPushButton* button : {m_open, m_copy, m_write}) {
        button->setFixedHeight(28);
        row->addWidget(button);
    }
    connect(m_open, &QPushButton::clicked, this,
        [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_folder->text())); });
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(commands()); });
    connect(m_write, &QPushButton::clicked, this, &ExportWindow::write);
    return foot;
}

void ExportWindow::showRun()
{
    if (m_source != m_run.folder()) {
        m_written.clear();
        for (Profile& profile : m_profiles) {
            profile.progress = Progress::Waiting;
            profile.request = -1;
        }
    }
    m_source = m_run.folder();
    m_model = QString::fromStdString(m_run.config().model.path);
    m_folder->setText(shownPath(m_source + QStringLiteral("/exports")));
    m_title->setText(tr("Export %1").arg(QFileInfo(m_source).fileName()));
    refreshTexts();
    refreshFoot();
    if (parentWidget() && !testAttribute(Qt::WA_Moved)) // window managers put it beside the studio, half off the screen
        move(parentWidget()->window()->geometry().center() - rect().center());
    show();
    raise();
    activateWindow();
}

void ExportWindow::refreshTexts()
{
    const auto snapshot = m_run.shownStep() < 0 ? m_run.shownSnapshot() : nullptr;
    ExportFacts facts;
    if (snapshot)
        facts = ExportFacts::of(*snapshot);
    const QString step = formatCount(m_run.step());
    QString subtitle = tr("step %1").arg(step);
    if (facts.modules > 0)
        subtitle += tr(" · %1 triplets in %2 matrices, ranks %3 to %4")
                        .arg(formatCount(facts.triplets), formatCount(facts.modules))
                        .arg(facts.smallestRank)
                        .arg(facts.largestRank);
    if (facts.zeroModules > 0)
        subtitle += tr(" · %1 at rank 0 left out").arg(facts.zeroModules);
    m_subtitle->setText(subtitle);
    const QString vllm = facts.largestRank > 0 // on a line of its own: an option breaks at its hyphens
        ? tr("\nIn vLLM set --max-lora-rank %1.").arg(facts.vllmMaxRank())
        : QString();
    for (Profile& profile : m_profiles) {
        const bool padded = profile.format == QLatin1String("peft-lora-padded");
        const bool adalora = profile.format == QLatin1String("peft-adalora");
        profile.readBy->setText(adalora ? tr("PEFT. Ranks and λ stay separate, so training can go on from here.")
                : padded                ? tr("PEFT, vLLM, SGLang, Ollama, llama.cpp's converter.") + vllm
                                        : tr("PEFT, vLLM. No padding.") + vllm);
        if (padded)
            profile.name->setText(
                facts.largestRank > 0 ? tr("LoRA, padded to rank %1").arg(facts.largestRank) : tr("LoRA, padded"));
        const std::int64_t bytes = padded ? facts.paddedBytes : facts.exactBytes;
        if (profile.progress == Progress::Waiting) {
            profile.size->setText(
                bytes > 0 ? tr("about %1").arg(formatMB(static_cast<double>(bytes))) : tr("after writing"));
            profile.check->setText(tr("Not written yet"));
            setTone(profile.check, "third");
            profile.detail->clear();
        }
    }
}

QString ExportWindow::freeTarget(const QString& format) const
{
    const QString base = QDir::current().absoluteFilePath(m_folder->text()) + QLatin1Char('/') + format;
    QString target = base;
    for (int i = 2; QFileInfo::exists(target) && !QDir(target).isEmpty(); ++i)
        target = QStringLiteral("%1-%2").arg(base).arg(i);
    return target;
}

void ExportWindow::write()
{
    for (Profile& profile : m_profiles) {
        if (!profile.box->isChecked() || profile.progress == Progress::Working)
            continue;
        profile.progress = Progress::Working;
        profile.request = m_session.ask(ExportAdapter {
            m_source.toStdString(), profile.format.toStdString(), freeTarget(profile.format).toStdString()});
        profile.check->setText(tr("Writing and reading back…"));
        setTone(profile.check, "second");
        profile.detail->clear();
    }
    refreshFoot();
}

void ExportWindow::take(Profile& profile, const Answer& answer)
{
    profile.request = -1;
    if (const auto* report = std::get_if<ExportReport>(&answer)) {
        const bool right = report->maxDifference <= 1e-5 * report->maxDelta || report->maxDifference == 0.0;
        profile.progress = right ? Progress::Done : Progress::Wrong;
        profile.size->setText(formatMB(static_cast<double>(report->bytes)));
        profile.check->setText(!right          ? tr("✕ Differs: kept, but not done")
                : report->maxDifference == 0.0 ? tr("✓ Read back, equal bit for bit")
                                               : tr("✓ Read back"));
        setTone(profile.check, right ? "ok" : "error");
        profile.detail->setText(tr("max |difference of ΔW| %1").arg(formatScientific(report->maxDifference, 1)));
        profile.detail->setToolTip(QString::fromStdString(report->path));
        m_written.push_back(*report);
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        profile.progress = Progress::Wrong;
        profile.check->setText(QString::fromStdString(failure->message));
        setTone(profile.check, "error");
    }
    refreshFoot();
}

void ExportWindow::refreshFoot()
{
    int working = 0;
    int chosen = 0;
    for (const Profile& profile : m_profiles) {
        working += profile.progress == Progress::Working ? 1 : 0;
        chosen += profile.box->isChecked() ? 1 : 0;
    }
    const SessionState state = m_session.state();
    const bool mustWait = isActive(state) && state != SessionState::Paused;
    m_write->setEnabled(chosen > 0 && working == 0 && !m_source.isEmpty());
    m_open->setVisible(!m_written.empty());
    m_copy->setVisible(!m_written.empty());
    m_write->setText(m_written.empty() ? tr("Export") : tr("Export again"));
    if (working > 0)
        m_state->setText(mustWait ? tr("Waits until the run is paused or has ended.")
                                  : counted(working, tr("Writing %1 profile…"), tr("Writing %1 profiles…")));
    else if (m_written.empty())
        m_state->setText(counted(chosen, tr("%1 profile chosen."), tr("%1 profiles chosen.")));
    else
        m_state->setText(
            tr("%1 written and checked. The window can stay open while another run trains.").arg(m_written.size()));
}

QString ExportWindow::commands() const
{
    QString text;
    for (const ExportReport& report : m_written) {
        const QString path = QString::fromStdString(report.path);
        text += QStringLiteral("# %1\n").arg(QString::fromStdString(report.format));
        text += QStringLiteral(
            "python -c \"from transformers import AutoModelForCausalLM as M; from peft import PeftModel as P; "
            "print(P.from_pretrained(M.from_pretrained('%1'), '%2'))\"\n")
                    .arg(m_model, path);
        if (report.vllmMaxRank > 0)
            text += QStringLiteral("vllm serve %1 --enable-lora --max-lora-rank %2 --lora-modules tuned=%3\n")
                        .arg(m_model)
                        .arg(report.vllmMaxRank)
                        .arg(path);
    }
    return text;
}

} // namespace spectune

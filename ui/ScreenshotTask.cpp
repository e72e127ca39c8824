// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ScreenshotTask.h"

#include "training/core/Error.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QCoreApplication>
#include <QEvent>
#include <QFileInfo>
#include <QWidget>

namespace spectune {

namespace {
constexpr int patience = 20'000; // ms
constexpr int settling = 350; // ms: cell colours take 160 ms, plots are drawn 30 times a second
} // namespace

ScreenshotTask::ScreenshotTask(MainWindow& window, QString file, std::int64_t at, bool waitsForRun, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_file(std::move(file))
    , m_at(at)
    , m_waitsForRun(waitsForRun)
{
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &ScreenshotTask::drawSoon);
}

QPixmap pictureOf(QWidget& widget)
{
    QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest); // and those that they post
    return widget.grab();
}

void ScreenshotTask::begin()
{
    const RunModel& run = m_window.run();
    if (run.isRecorded() && m_at > run.step()) {
        Q_EMIT done(exitCode(FailureKind::Config),
            tr("--at %1: the recording in %2 ends at step %3.").arg(m_at).arg(run.folder()).arg(run.step()));
    } else if (run.isRecorded()) {
        m_window.run().showStep(m_at);
        drawSoon();
    } else if (m_waitsForRun) {
        connect(&m_window.session(), &SessionController::stateChanged, this, &ScreenshotTask::watchRun);
        connect(&m_window.session(), &SessionController::metricsArrived, this, &ScreenshotTask::watchRun);
        // The start comes with the answers about model and data; errors in them leave nothing to wait for.
        connect(&m_window.facts(), &SetupFacts::settled, this, [this] {
            QTimer::singleShot(0, this, [this] {
                if (m_window.session().state() == SessionState::Idle && !m_window.run().hasRun()) {
                    m_code = exitCode(FailureKind::Config);
                    drawSoon();
                }
            });
        });
    } else {
        connect(&m_window.facts(), &SetupFacts::settled, this, [this] {
            if (!m_window.facts().isMeasuring())
                drawSoon();
        });
        connect(&m_window.facts(), &SetupFacts::lengthsAnswered, this, [this](const Answer* answer) {
            if (answer && !m_window.facts().isBusy())
                drawSoon();
        });
        m_patience.start(patience);
    }
}

void ScreenshotTask::watchRun()
{
    const SessionState state = m_window.session().state();
    if (isTerminal(state)) {
        m_code = state == SessionState::Failed ? exitCode(m_window.run().failure().kind) : 0;
        drawSoon();
    } else if (m_pausing && state == SessionState::Paused) {
        drawSoon();
    } else if (m_at >= 0 && !m_pausing && state == SessionState::Running && m_window.run().step() >= m_at) {
        m_pausing = m_window.session().pause();
    }
}

void ScreenshotTask::drawSoon()
{
    if (m_drawing)
        return;
    m_drawing = true;
    m_patience.stop();
    QTimer::singleShot(settling, this, &ScreenshotTask::draw);
}

void ScreenshotTask::draw()
{
    m_window.live().plots().replotNow();
    const QPixmap picture = pictureOf(m_window);
    const bool saved = picture.save(m_file);
    const QString message = saved
        ? tr("%1 (%2 × %3)").arg(QFileInfo(m_file).absoluteFilePath()).arg(picture.width()).arg(picture.height())
        : tr("%1 cannot be written.").arg(m_file);
    Q_EMIT done(saved ? m_code : 2, message);
}

} // namespace spectune

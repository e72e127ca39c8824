// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GeometrySection.h"

#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/RunModel.h"
#include "visualization/GramView.h"
#include "visualization/NumberFormat.h"
#include "visualization/SpectrumBars.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <vector>

namespace spectune {

GeometrySection::GeometrySection(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = makeSection();
    setLayout(column);
    column->addWidget(makeHeading(tr("Singular values of ΔW beside |λ|")));
    m_when = makeCaption(QString(), "third", true); // of two steps it is as wide as the column
    m_when->setObjectName(QStringLiteral("geometryStep"));
    column->addWidget(m_when);
    m_spectrum = new SpectrumBars;
    column->addWidget(m_spectrum);
    addPictureMenu(
        *m_spectrum, [this] { return m_run.name() + QStringLiteral("-singular-values"); },
        [this] { return [csv = m_spectrum->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    auto* grams = new QHBoxLayout;
    grams->setSpacing(16);
    m_grams[0] = new GramView(QStringLiteral("PᵀP − I"));
    m_grams[1] = new GramView(QStringLiteral("QQᵀ − I"));
    const QString files[] = {QStringLiteral("-gram-p"), QStringLiteral("-gram-q")};
    for (int side = 0; side < 2; ++side) {
        GramView* gram = m_grams[side];
        grams->addWidget(gram);
        addPictureMenu(
            *gram, [this, file = files[side]] { return m_run.name() + file; },
            [gram] { return [csv = gram->toCsv()] { return csv; }; },
            [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    }
    column->addLayout(grams);
    auto* foot = new QHBoxLayout;
    m_note = makeCaption(QString(), "third", true);
    m_ask = makeSmallButton(tr("Compute"));
    m_ask->setObjectName(QStringLiteral("computeGeometry"));
    foot->addWidget(m_note, 1);
    foot->addWidget(m_ask, 0, Qt::AlignRight);
    column->addLayout(foot);
    connect(m_ask, &QPushButton::clicked, this, &GeometrySection::ask);
    connect(&run, &RunModel::stateChanged, this, &GeometrySection::refresh);
    connect(&run, &RunModel::shownStepChanged, this, [this] {
        refreshWhen();
        refresh();
    });
    connect(&run, &RunModel::reset, this, [this] { // another run has matrices of the same names
        forget();
        refresh();
    });
    refresh();
}

void GeometrySection::setModule(const std::string& module)
{
    if (module != m_module) {
        m_module = module;
        forget();
    }
    refresh();
}

void GeometrySection::forget()
{
    m_waiting = m_refused = m_shown = false;
    m_askedStep = m_shownStep = -1;
}

bool GeometrySection::canAsk() const
{
    const SessionState state = m_run.state();
    const bool training = state == SessionState::Running || state == SessionState::Pausing;
    const bool saved = isTerminal(state) && !m_run.checkpoints().empty();
    return !m_module.empty() && m_run.hasRun() && (training || state == SessionState::Paused || saved);
}

std::int64_t GeometrySection::checkpointOfShown() const
{
    const std::vector<std::int64_t>& saved = m_run.checkpoints();
    const auto after = std::ranges::upper_bound(saved, m_run.shownStep());
    const bool past = isTerminal(m_run.state()) && m_run.shownStep() >= 0 && after != saved.begin();
    return past ? *std::prev(after) : -1;
}

void GeometrySection::refreshWhen()
{
    const std::int64_t last
        = isTerminal(m_run.state()) ? m_run.step() : m_shownStep; // a run that goes on is ahead anyway
    const std::int64_t shown = m_run.shownStep() >= 0 ? m_run.shownStep() : last;
    const QString step = formatCount(m_shownStep);
    m_when->setText(
        shown == m_shownStep ? tr("at step %1").arg(step) : tr("at step %1, not %2").arg(step, formatCount(shown)));
}

void GeometrySection::refresh()
{
    refreshWhen();
    if (m_waiting)
        return; // the answer, or why there is none, comes whatever becomes of the run
    const bool ended = isTerminal(m_run.state());
    // What can be had: a run that ended is asked for by a checkpoint, which may be older than its last or its shown
    // step.
    const std::int64_t past = checkpointOfShown();
    const std::int64_t newest = ended && !m_run.checkpoints().empty() ? m_run.checkpoints().back() : m_run.step();
    const bool current = m_shownStep == (past >= 0 ? past : newest);
    const bool paused = m_run.state() == SessionState::Paused;
    if (paused && canAsk() && !(m_shown && current) && m_askedStep != m_run.step()) {
        ask(); // the triplets are at hand, and nothing else waits
        return;
    }
    m_ask->setVisible(canAsk() && !(m_shown && current));
    m_ask->setText(m_shown ? tr("Compute again") : tr("Compute"));
    m_ask->setToolTip(past >= 0 ? tr("Reads the checkpoint of step %1 and takes the singular values of the r × r core")
                                      .arg(formatCount(past))
            : ended ? tr("Reads the newest checkpoint and takes the singular values of the r × r core")
                    : tr("Takes the singular values of the r × r core between two steps; the run goes on"));
    if (m_shown || m_refused)
        return;
    QString words = tr("They come with a run.");
    if (canAsk())
        words = ended ? tr("Exact, from the newest checkpoint.")
                      : tr("Exact, computed between two steps: the run goes on.");
    else if (isActive(m_run.state()))
        words = tr("They can be computed while the run trains, and from its checkpoints.");
    else if (m_run.hasRun())
        words = tr("This run has no checkpoint to compute them from.");
    showParts(false, words);
}

void GeometrySection::ask()
{
    if (!canAsk())
        return;
    m_waiting = true;
    m_refused = false;
    m_askedStep = m_run.step();
    m_ask->hide();
    // Values of an earlier step stay in sight, so that the page does not jump.
    if (!m_shown)
        showParts(false, tr("Computing…"));
    Q_EMIT geometryWanted(m_module, checkpointOfShown());
}

void GeometrySection::setGeometry(const TripletGeometry& geometry)
{
    if (geometry.module != m_module || !m_waiting)
        return; // of a matrix that is no longer chosen
    m_waiting = false;
    m_shown = true;
    m_shownStep = geometry.step >= 0 ? geometry.step : m_askedStep;
    const std::size_t rank = geometry.lambda.size();
    m_spectrum->setValues(geometry.lambda, geometry.singular);
    m_grams[0]->setGram(geometry.gramP, rank);
    m_grams[1]->setGram(geometry.gramQ, rank);
    refreshWhen();
    showParts(rank > 0, rank > 0 ? QString() : tr("No triplet is left in this matrix: ΔW is 0."));
    refresh();
}

void GeometrySection::setProblem(const QString& text)
{
    if (!m_waiting)
        return;
    m_waiting = m_shown = false;
    m_refused = true;
    showParts(false, text);
    refresh();
}

void GeometrySection::showParts(bool values, const QString& note)
{
    m_spectrum->setVisible(values);
    m_grams[0]->setVisible(values);
    m_grams[1]->setVisible(values);
    m_when->setVisible(values);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

} // namespace spectune

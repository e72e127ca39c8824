// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GeometrySection.h"

#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "visualization/GramView.h"
#include "visualization/NumberFormat.h"
#include "visualization/SpectrumBars.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

GeometrySection::GeometrySection(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = makeSection();
    setLayout(column);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Singular values of ΔW beside |λ|")));
    head->addStretch();
    m_when = makeCaption(QString());
    head->addWidget(m_when);
    column->addLayout(head);
    m_spectrum = new SpectrumBars;
    column->addWidget(m_spectrum);
    auto* grams = new QHBoxLayout;
    grams->setSpacing(16);
    m_grams[0] = new GramView(QStringLiteral("PᵀP − I"));
    m_grams[1] = new GramView(QStringLiteral("QQᵀ − I"));
    grams->addWidget(m_grams[0]);
    grams->addWidget(m_grams[1]);
    column->addLayout(grams);
    auto* foot = new QHBoxLayout;
    m_note = makeCaption(QString(), "third", true);
    m_ask = makeSmallButton(tr("Compute"));
    m_ask->setToolTip(tr("Reads the newest checkpoint and takes the singular values of the r × r core"));
    foot->addWidget(m_note, 1);
    foot->addWidget(m_ask);
    column->addLayout(foot);
    connect(m_ask, &QPushButton::clicked, this, &GeometrySection::ask);
    connect(&run, &RunModel::stateChanged, this, &GeometrySection::refresh);
    refresh();
}

void GeometrySection::setModule(const std::string& module)
{
    if (module != m_module) {
        m_module = module;
        m_askedStep = -1;
    }
    refresh();
}

bool GeometrySection::canAsk() const
{
    const SessionState state = m_run.state();
    const bool saved = isTerminal(state) && !m_run.checkpoints().empty();
    return !m_module.empty() && m_run.hasRun() && (state == SessionState::Paused || saved);
}

void GeometrySection::refresh()
{
    const bool paused = m_run.state() == SessionState::Paused;
    if (m_askedStep >= 0 && m_askedStep != m_run.step())
        m_askedStep = -1; // trained on since
    if (m_askedStep >= 0)
        return;
    showParts(false);
    m_ask->setVisible(canAsk());
    m_note->setText(paused            ? QString()
            : canAsk()                ? tr("Exact, from the newest checkpoint.")
            : isActive(m_run.state()) ? tr("Pause the run: they are computed between two steps.")
            : m_run.hasRun()          ? tr("This run has no checkpoint to compute them from.")
                                      : tr("They come with a run."));
    if (paused && canAsk()) // the triplets are at hand, and nothing else waits
        ask();
}

void GeometrySection::ask()
{
    if (!canAsk())
        return;
    m_askedStep = m_run.step();
    m_ask->hide();
    m_note->setText(tr("Computing…"));
    m_note->show();
    Q_EMIT geometryWanted(m_module);
}

void GeometrySection::setGeometry(const TripletGeometry& geometry)
{
    if (geometry.module != m_module || m_askedStep < 0)
        return; // of a matrix that is no longer chosen
    const std::size_t rank = geometry.lambda.size();
    m_spectrum->setValues(geometry.lambda, geometry.singular);
    m_grams[0]->setGram(geometry.gramP, rank);
    m_grams[1]->setGram(geometry.gramQ, rank);
    m_when->setText(tr("step %1").arg(formatCount(geometry.step >= 0 ? geometry.step : m_askedStep)));
    showParts(rank > 0);
    m_note->setText(rank > 0 ? QString() : tr("No triplet is left in this matrix: ΔW is 0."));
    m_note->setVisible(rank == 0);
    m_ask->hide();
}

void GeometrySection::setProblem(const QString& text)
{
    showParts(false);
    m_note->setText(text);
    m_note->show();
    m_ask->setVisible(canAsk());
}

void GeometrySection::showParts(bool values)
{
    m_spectrum->setVisible(values);
    m_grams[0]->setVisible(values);
    m_grams[1]->setVisible(values);
    m_when->setVisible(values);
    m_note->setVisible(!values);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
// Where the lens gets its matrices: an image file or its own picture, and ΔW of the shown run's folder.
#include "ui/LayerStrip.h"
#include "ui/LensRow.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SvdLens.h"
#include "ui/SvdWorker.h"
#include "visualization/NumberFormat.h"
#include "visualization/SampleImage.h"

#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QSignalBlocker>

namespace spectune {

namespace {

constexpr int mostPixels = 512;
constexpr int samplePixels = 256;

// "model.layers.9.mlp.down_proj" as "Layer 9 · down_proj".
QString matrixTitle(const std::string& module)
{
    const QString name = QString::fromStdString(module);
    const QStringList parts = name.split(QLatin1Char('.'));
    for (const QString& part : parts) {
        bool digits = false;
        part.toInt(&digits);
        if (digits)
            return SvdLens::tr("Layer %1 · %2").arg(part, parts.back());
    }
    return name;
}

} // namespace

void SvdLens::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_image->parts() && !m_imageWorker->isBusy())
        m_imageWorker->start([] { return SpectralParts::of(sampleImage(samplePixels)); });
    askDelta();
}

void SvdLens::askImage()
{
    auto* dialog
        = new QFileDialog(this, tr("Choose an image"), QString(), tr("Images (*.png *.jpg *.jpeg *.bmp *.svg)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &SvdLens::openImage);
    dialog->open();
}

void SvdLens::openImage(const QString& file)
{
    m_problem->clear();
    m_imageWorker->start([file] { return SpectralParts::of(loadGreyImage(file, mostPixels)); });
}

// The engine answers between runs and while one is paused; what it reads is what was last saved.
void SvdLens::askDelta()
{
    if (!isVisible())
        return;
    if (!m_run.hasRun()) {
        showNoDelta(tr("No run yet. ΔW is 0 before the first step."));
        return;
    }
    const SessionState state = m_run.state();
    if (!m_run.isRecorded() && isActive(state) && state != SessionState::Paused) {
        if (!m_delta->parts() || m_folder != m_run.folder()) // what another run has learnt is not this one's
            showNoDelta(tr("The run goes on. ΔW is read once it is paused and saved, or has ended."));
        return;
    }
    const std::int64_t saved = m_run.checkpoints().empty() ? -1 : m_run.checkpoints().back();
    const QString asked = QStringLiteral("%1 %2 %3").arg(m_run.folder()).arg(saved).arg(isTerminal(state));
    if (asked == m_asked)
        return;
    const QString module = m_matrices->currentData().toString(); // the same matrix of another run
    if (m_folder != m_run.folder() && (m_delta->parts() || m_deltaWorker->isBusy()))
        showNoDelta(tr("Reading ΔW…"));
    m_asked = asked;
    m_folder = m_run.folder();
    m_module = module;
    m_request = m_session.ask(ReadFactors {m_folder.toStdString(), m_module.toStdString()});
}

void SvdLens::takeDelta(const Answer& answer)
{
    m_request = -1;
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        // The chosen matrix may be another run's: the first of this one then.
        if (!m_module.isEmpty()) {
            m_matrices->clear();
            m_asked.clear();
            askDelta();
            return;
        }
        const QString asked = m_asked;
        const QString folder = m_folder;
        showNoDelta(tr("ΔW cannot be shown: %1").arg(messageWords(failure->message)));
        m_asked = asked; // until something is saved anew
        m_folder = folder;
        return;
    }
    if (const auto* factors = std::get_if<AdapterFactors>(&answer)) {
        m_factors = *factors;
        fillMatrices(m_factors);
        m_layers->setFactors(m_factors);
        m_deltaWorker->start([factors = m_factors] {
            std::vector<double> weights;
            for (const float lambda : factors.lambda)
                weights.push_back(factors.scale * lambda);
            return SpectralParts::ofFactors(
                factors.p, weights, factors.q, static_cast<int>(factors.rows), static_cast<int>(factors.columns));
        });
    }
}

void SvdLens::fillMatrices(const AdapterFactors& factors)
{
    const QSignalBlocker quiet(m_matrices);
    m_matrices->clear();
    for (const std::string& module : factors.modules)
        m_matrices->addItem(matrixTitle(module), QString::fromStdString(module));
    m_matrices->setCurrentIndex(m_matrices->findData(QString::fromStdString(factors.module)));
    m_matrices->setEnabled(true);
    m_shape->setText(tr("%1 × %2, rank %3")
                         .arg(formatCount(factors.rows), formatCount(factors.columns),
                             formatCount(static_cast<std::int64_t>(factors.lambda.size()))));
}

void SvdLens::showNoDelta(const QString& why)
{
    m_delta->setParts(nullptr, {}, why);
    m_layers->clear();
    m_shape->clear();
    m_matrices->clear();
    m_matrices->setEnabled(false);
    m_asked.clear();
    m_folder.clear();
    if (m_request >= 0)
        m_session.cancel(m_request);
    m_request = -1; // what is read or decomposed still is of what is no longer shown
    m_deltaWorker->drop();
    refreshRange();
}

} // namespace spectune

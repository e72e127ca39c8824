// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

#include <memory>

class QComboBox;
class QLabel;

namespace spectune {

class FieldLine;
class LayerStrip;
class LensRow;
class RankSlider;
class RunModel;
class SessionController;
class SvdWorker;

/// The SVD lens: what rank k keeps of an image, and of what the shown run has learnt, with the error beside both.
class SvdLens : public QWidget {
    Q_OBJECT
public:
    SvdLens(SessionController& session, RunModel& run, QWidget* parent = nullptr);
    ~SvdLens() override;

    void setRank(int k);
    [[nodiscard]] int rank() const;
    /// A picture of the user's, read and decomposed by the worker; problem() tells where it cannot be read.
    void openImage(const QString& file);
    [[nodiscard]] QString problem() const;
    [[nodiscard]] const LensRow& imageRow() const { return *m_image; }
    [[nodiscard]] const LensRow& deltaRow() const { return *m_delta; }
    [[nodiscard]] LensRow& deltaRow() { return *m_delta; }
    [[nodiscard]] const LayerStrip& layers() const { return *m_layers; }
    [[nodiscard]] QComboBox& matrices() { return *m_matrices; }

Q_SIGNALS:
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

protected:
    void showEvent(QShowEvent* event) override;

private:
    [[nodiscard]] QWidget* makeRankRow();
    [[nodiscard]] QWidget* makeMatrixRow();
    [[nodiscard]] QWidget* makeNotes();
    void askImage();
    void askDelta();
    void takeDelta(const Answer& answer);
    void fillMatrices(const AdapterFactors& factors);
    void showNoDelta(const QString& why);
    void refreshRange();
    void refreshNotes();

    SessionController& m_session;
    RunModel& m_run;
    SvdWorker* m_imageWorker = nullptr;
    SvdWorker* m_deltaWorker = nullptr;
    RankSlider* m_slider = nullptr;
    FieldLine* m_field = nullptr;
    LensRow* m_image = nullptr;
    LensRow* m_delta = nullptr;
    QComboBox* m_matrices = nullptr;
    QLabel* m_shape = nullptr;
    LayerStrip* m_layers = nullptr;
    QLabel* m_imageNote = nullptr;
    QLabel* m_deltaNote = nullptr;
    QLabel* m_problem = nullptr;
    std::int64_t m_request = -1;
    QString m_folder; ///< of the run that the ΔW shown, or asked for, is of
    QString m_module; ///< asked for; empty: the run's first
    QString m_asked; ///< folder and step that the ΔW shown, or asked for, is of
    AdapterFactors m_factors;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/cuda/UpdateArgs.h"
#include "training/nn/TripletArena.h"

namespace spectune {

/// A triplet's score and what it is made of, each [modules, r]; S = lambda + meanP + meanQ.
struct TripletScores {
    at::Tensor total; // S
    at::Tensor lambda; // s(λ), undefined for methods without Λ
    at::Tensor meanP; // mean over P's column
    at::Tensor meanQ; // mean over Q's row
};

/// Scores as a step takes them: on the device, into buffers that stay, where the step's scalars and numbers say so.
struct ScoreTask {
    TripletScores into; // lambda undefined for methods without Λ
    at::Tensor mayStay; // [modules, r] bool: the others compete with −∞; undefined: all may
    at::Tensor rivals; // [modules, r]: what they compete with; undefined: not wanted
    const kernels::StepScalars* scalars = nullptr; ///< on the device; null: take the scores whatever the step says
    at::Tensor loss; // scalar; undefined: known to be finite
    at::Tensor gradNorm; // likewise
    WorkerPool* workers = nullptr; ///< of the arena
};

/// The smoothed sensitivity Ī and uncertainty Ū of every element (Zhang et al. 2023, arXiv 2303.10512, section 3.2):
///     I = |p · g|,  Ī ← β1 Ī + (1−β1) I,  Ū ← β2 Ū + (1−β2) |I − Ī|   (with the new Ī, zeros at the start)
/// with p after the optimizer's step, or before it for SensitivityStep::Pre, and g the clipped gradient of C + γR.
/// ArenaSweep brings them up to date.
class Importance {
public:
    Importance(const ArenaOrder& order, const AdaLoraConfig& config, bool hasLambda, at::TensorOptions options);

    [[nodiscard]] double beta1() const noexcept { return m_beta1; }
    [[nodiscard]] double beta2() const noexcept { return m_beta2; }

    /// S = s(λ) + mean s(P) + mean s(Q) with s = Ī·Ū, Ī alone, or |λ| alone by ScoreKind.
    [[nodiscard]] TripletScores scores(const at::Tensor& values) const;
    void score(const at::Tensor& values, const ScoreTask& task) const;

    /// Where each triplet lies in the arena, on its device.
    [[nodiscard]] const kernels::TripletPlace* places() const;

    [[nodiscard]] const at::Tensor& sensitivity() const noexcept { return m_sensitivity; } // Ī, flat
    [[nodiscard]] const at::Tensor& uncertainty() const noexcept { return m_uncertainty; } // Ū, flat
    /// For a resumed run: copies into the own buffers.
    void restore(const at::Tensor& sensitivity, const at::Tensor& uncertainty);

private:
    double m_beta1;
    double m_beta2;
    ScoreKind m_kind;
    bool m_hasLambda;
    at::Tensor m_sensitivity;
    at::Tensor m_uncertainty;
    std::vector<std::int64_t> m_shape; ///< of scores: [modules, r], or [triplets] where ranks differ
    at::Tensor m_places; // [modules · r, 5] int64: kernels::TripletPlace
};

} // namespace spectune

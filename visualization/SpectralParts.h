// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spectune {

/// A matrix as plain values, row by row.
struct MatrixValues {
    int rows = 0;
    int columns = 0;
    std::vector<float> values;
};

/// Where the block @p index begins, of @p blocks that @p length values are divided into.
[[nodiscard]] constexpr int blockBegin(int index, int blocks, int length)
{
    return static_cast<int>(static_cast<std::int64_t>(index) * length / blocks);
}

/// A matrix as a sum of layers of rank 1 in the order of their size: A = Σ σᵢ uᵢ vᵢᵀ with σ₀ ≥ σ₁ ≥ …
/// (singular value decomposition). Made on any thread; a value from then on.
struct SpectralParts {
    int rows = 0;
    int columns = 0;
    std::vector<double> sigma;
    std::vector<float> left; ///< u₀, u₁, …, each of `rows` values
    std::vector<float> right; ///< v₀, v₁, …, each of `columns` values

    /// Of a whole matrix, in double precision; seconds at 512 × 512, so for a worker's thread.
    [[nodiscard]] static SpectralParts of(const MatrixValues& matrix);
    /// Of P diag(weights) Q from its factors: Qᵀ = Q̂ R, then the decomposition of P diag(weights) Rᵀ;
    /// no dense product.
    /// @param p [rows × r]  @param weights [r]  @param q [r × columns]
    [[nodiscard]] static SpectralParts ofFactors(
        std::span<const float> p, std::span<const double> weights, std::span<const float> q, int rows, int columns);

    [[nodiscard]] int count() const { return static_cast<int>(sigma.size()); }
    /// From this k on the sum of the first k layers is the matrix: of what follows none is more than rounding, a
    /// millionth of σ₀. 0 where the matrix is 0.
    [[nodiscard]] int exactRank() const;
    /// Σ of the layers from ≤ i < to.
    [[nodiscard]] MatrixValues sum(int from, int to) const;
    /// ‖A − Aₖ‖ / ‖A‖ (Frobenius) = √(Σᵢ≥ₖ σᵢ² / Σ σᵢ²): by Eckart and Young no matrix of rank k is nearer.
    /// 0 where A is 0.
    [[nodiscard]] double errorAt(int k) const;
    /// The same layers at fewer points: each value the mean over its block of rows or columns. The sums of what comes
    /// out are the block means of the sums of what went in, as a layer's rows and columns separate.
    [[nodiscard]] SpectralParts reduced(int mostRows, int mostColumns) const;
};

} // namespace spectune

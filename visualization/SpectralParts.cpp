// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SpectralParts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spectune {

namespace {

using Vector = std::vector<double>;
using Columns = std::vector<Vector>;

constexpr int mostSweeps = 60; // a dozen are usual
constexpr double rounding = 1e-6; // share of σ₀: the vectors are in single precision
constexpr double orthogonal = 1e-14; // cosine of two columns that counts as a right angle

double dot(const Vector& a, const Vector& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// a ← c a − s b, b ← s a + c b
void rotate(Vector& a, Vector& b, double c, double s)
{
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double first = a[i];
        a[i] = c * first - s * b[i];
        b[i] = s * first + c * b[i];
    }
}

// One-sided Jacobi (Hestenes 1958; Golub, Van Loan, section 8.6): columns are turned in pairs until all stand at right
// angles; their lengths are the singular values. @p a becomes U Σ, @p v gathers the turns.
void turnToRightAngles(Columns& a, Columns& v)
{
    for (int sweep = 0; sweep < mostSweeps; ++sweep) {
        bool turned = false;
        for (std::size_t i = 0; i + 1 < a.size(); ++i)
            for (std::size_t j = i + 1; j < a.size(); ++j) {
                const double alpha = dot(a[i], a[i]);
                const double beta = dot(a[j], a[j]);
                const double gamma = dot(a[i], a[j]);
                if (std::abs(gamma) <= orthogonal * std::sqrt(alpha * beta))
                    continue;
                turned = true;
                const double zeta = (beta - alpha) / (2.0 * gamma);
                const double t = std::copysign(1.0, zeta) / (std::abs(zeta) + std::hypot(1.0, zeta));
                const double c = 1.0 / std::hypot(1.0, t);
                rotate(a[i], a[j], c, c * t);
                rotate(v[i], v[j], c, c * t);
            }
        if (!turned)
            return;
    }
}

Columns identity(std::size_t count)
{
    Columns columns(count, Vector(count));
    for (std::size_t i = 0; i < count; ++i)
        columns[i][i] = 1.0;
    return columns;
}

// Gram and Schmidt, twice, as once is not enough: @p a becomes Q with A = Q R. A column that the ones before it span
// becomes 0. @return R, upper triangular, [row][column]
Columns orthonormalise(Columns& a)
{
    Columns r(a.size(), Vector(a.size()));
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double before = std::sqrt(dot(a[j], a[j]));
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t i = 0; i < j; ++i) {
                const double part = dot(a[i], a[j]);
                r[i][j] += part;
                for (std::size_t k = 0; k < a[j].size(); ++k)
                    a[j][k] -= part * a[i][k];
            }
        const double length = std::sqrt(dot(a[j], a[j]));
        const bool spanned = length <= 1e-12 * before;
        r[j][j] = spanned ? 0.0 : length;
        for (double& value : a[j])
            value = spanned ? 0.0 : value / length;
    }
    return r;
}

void append(std::vector<float>& to, const Vector& vector, double factor)
{
    for (const double value : vector)
        to.push_back(static_cast<float>(value * factor));
}

// From the columns of U Σ and of V, largest first.
SpectralParts sorted(const Columns& scaledLeft, const Columns& right, int rows, int columns)
{
    SpectralParts parts {.rows = rows, .columns = columns, .sigma = {}, .left = {}, .right = {}};
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < scaledLeft.size(); ++i)
        order.emplace_back(std::sqrt(dot(scaledLeft[i], scaledLeft[i])), i);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [sigma, i] : order) {
        parts.sigma.push_back(sigma);
        append(parts.left, scaledLeft[i], sigma > 0 ? 1.0 / sigma : 0.0);
        append(parts.right, right[i], 1.0);
    }
    return parts;
}

std::vector<float> blockMeans(const std::vector<float>& vectors, int length, int count, int most)
{
    std::vector<float> means;
    means.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(most));
    for (int vector = 0; vector < count; ++vector) {
        const float* first = vectors.data() + static_cast<std::size_t>(vector) * static_cast<std::size_t>(length);
        for (int block = 0; block < most; ++block) {
            const int from = blockBegin(block, most, length);
            const int to = blockBegin(block + 1, most, length);
            means.push_back(static_cast<float>(std::accumulate(first + from, first + to, 0.0) / (to - from)));
        }
    }
    return means;
}

} // namespace

SpectralParts SpectralParts::of(const MatrixValues& matrix)
{
    // Columns of the matrix or of its transpose, whichever are fewer.
    const bool wide = matrix.columns > matrix.rows;
    const auto count = static_cast<std::size_t>(wide ? matrix.rows : matrix.columns);
    Columns a(count, Vector(static_cast<std::size_t>(wide ? matrix.columns : matrix.rows)));
    for (std::size_t i = 0; i < matrix.values.size(); ++i) {
        const std::size_t row = i / static_cast<std::size_t>(matrix.columns);
        const std::size_t column = i % static_cast<std::size_t>(matrix.columns);
        (wide ? a[row][column] : a[column][row]) = matrix.values[i];
    }
    Columns v = identity(count);
    turnToRightAngles(a, v);
    SpectralParts parts = sorted(a, v, wide ? matrix.columns : matrix.rows, static_cast<int>(count));
    if (wide) {
        std::swap(parts.left, parts.right);
        std::swap(parts.rows, parts.columns);
    }
    return parts;
}

SpectralParts SpectralParts::ofFactors(
    std::span<const float> p, std::span<const double> weights, std::span<const float> q, int rows, int columns)
{
    const std::size_t rank = weights.size();
    Columns right(rank, Vector(static_cast<std::size_t>(columns)));
    for (std::size_t i = 0; i < rank; ++i)
        for (std::size_t k = 0; k < right[i].size(); ++k)
            right[i][k] = q[i * right[i].size() + k];
    const Columns r = orthonormalise(right); // Qᵀ = right · R, so PΛQ = (PΛRᵀ) · rightᵀ
    Columns core(rank, Vector(static_cast<std::size_t>(rows)));
    for (std::size_t j = 0; j < rank; ++j)
        for (std::size_t row = 0; row < core[j].size(); ++row)
            for (std::size_t i = j; i < rank; ++i)
                core[j][row] += p[row * rank + i] * weights[i] * r[j][i];
    Columns turns = identity(rank);
    turnToRightAngles(core, turns);
    Columns v(rank, Vector(static_cast<std::size_t>(columns)));
    for (std::size_t i = 0; i < rank; ++i)
        for (std::size_t j = 0; j < rank; ++j)
            for (std::size_t k = 0; k < v[i].size(); ++k)
                v[i][k] += turns[i][j] * right[j][k];
    return sorted(core, v, rows, columns);
}

int SpectralParts::exactRank() const
{
    const double least = sigma.empty() ? 0.0 : rounding * sigma.front();
    return static_cast<int>(std::ranges::count_if(sigma, [least](double value) { return value > least; }));
}

MatrixValues SpectralParts::sum(int from, int to) const
{
    MatrixValues result {
        rows, columns, std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))};
    const auto height = static_cast<std::size_t>(rows);
    const auto width = static_cast<std::size_t>(columns);
    for (std::size_t row = 0; row < height; ++row) {
        float* line = result.values.data() + row * width;
        for (int layer = std::max(from, 0); layer < std::min(to, count()); ++layer) {
            const auto i = static_cast<std::size_t>(layer);
            const float factor = static_cast<float>(sigma[i]) * left[i * height + row];
            const float* values = right.data() + i * width;
            for (std::size_t column = 0; column < width; ++column)
                line[column] += factor * values[column];
        }
    }
    return result;
}

double SpectralParts::errorAt(int k) const
{
    double all = 0.0;
    double leftOut = 0.0;
    for (int i = count() - 1; i >= 0; --i) { // from the smallest: nothing is lost in the sums
        const double square = sigma[static_cast<std::size_t>(i)] * sigma[static_cast<std::size_t>(i)];
        all += square;
        if (i >= k)
            leftOut += square;
    }
    return all > 0 ? std::sqrt(leftOut / all) : 0.0;
}

SpectralParts SpectralParts::reduced(int mostRows, int mostColumns) const
{
    if (rows <= mostRows && columns <= mostColumns)
        return *this;
    SpectralParts result;
    result.rows = std::min(rows, mostRows);
    result.columns = std::min(columns, mostColumns);
    result.sigma = sigma;
    result.left = blockMeans(left, rows, count(), result.rows);
    result.right = blockMeans(right, columns, count(), result.columns);
    return result;
}

} // namespace spectune

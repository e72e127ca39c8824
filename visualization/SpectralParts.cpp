// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SpectralParts.h"

#include <Eigen/QR>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;

SpectralParts partsOf(const MatrixXd& u, const VectorXd& sigma, const MatrixXd& v)
{
    SpectralParts parts;
    parts.rows = static_cast<int>(u.rows());
    parts.columns = static_cast<int>(v.rows());
    parts.sigma.assign(sigma.begin(), sigma.end());
    const MatrixXf left = u.cast<float>();
    const MatrixXf right = v.cast<float>();
    parts.left.assign(left.data(), left.data() + left.size()); // column by column, as Eigen keeps it
    parts.right.assign(right.data(), right.data() + right.size());
    return parts;
}

// One instance of the decomposition serves both: Eigen's templates are long to compile.
Eigen::BDCSVD<MatrixXd> decompose(const MatrixXd& matrix)
{
    return Eigen::BDCSVD<MatrixXd>(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
}

// The thin orthonormal factor of a tall matrix, [n × min(n, r)].
MatrixXd thinQ(const Eigen::HouseholderQR<MatrixXd>& qr, Eigen::Index rows, Eigen::Index count)
{
    return qr.householderQ() * MatrixXd::Identity(rows, count);
}

std::vector<float> blockMeans(const std::vector<float>& vectors, int length, int count, int most)
{
    std::vector<float> means;
    means.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(most));
    for (int vector = 0; vector < count; ++vector) {
        const float* first = vectors.data() + static_cast<std::size_t>(vector) * static_cast<std::size_t>(length);
        for (int block = 0; block < most; ++block) {
            const auto from = static_cast<std::ptrdiff_t>(block) * length / most;
            const auto to = static_cast<std::ptrdiff_t>(block + 1) * length / most;
            double sum = 0.0;
            for (std::ptrdiff_t i = from; i < to; ++i)
                sum += first[i];
            means.push_back(static_cast<float>(sum / static_cast<double>(to - from)));
        }
    }
    return means;
}

} // namespace

SpectralParts SpectralParts::of(const MatrixValues& matrix)
{
    const Eigen::Map<const RowMatrix> values(matrix.values.data(), matrix.rows, matrix.columns);
    const auto svd = decompose(values.cast<double>());
    return partsOf(svd.matrixU(), svd.singularValues(), svd.matrixV());
}

SpectralParts SpectralParts::ofFactors(
    std::span<const float> p, std::span<const double> weights, std::span<const float> q, int rows, int columns)
{
    const auto r = static_cast<Eigen::Index>(weights.size());
    if (r == 0)
        return {.rows = rows, .columns = columns, .sigma = {}, .left = {}, .right = {}};
    const MatrixXd left = Eigen::Map<const RowMatrix>(p.data(), rows, r).cast<double>();
    const MatrixXd right = Eigen::Map<const RowMatrix>(q.data(), r, columns).cast<double>().transpose();
    const Eigen::Index leftCount = std::min<Eigen::Index>(rows, r);
    const Eigen::Index rightCount = std::min<Eigen::Index>(columns, r);
    const Eigen::HouseholderQR<MatrixXd> leftQr(left);
    const Eigen::HouseholderQR<MatrixXd> rightQr(right);
    const MatrixXd leftR = leftQr.matrixQR().topRows(leftCount).triangularView<Eigen::Upper>();
    const MatrixXd rightR = rightQr.matrixQR().topRows(rightCount).triangularView<Eigen::Upper>();
    const Eigen::Map<const VectorXd> diagonal(weights.data(), r);
    const MatrixXd core = leftR * diagonal.asDiagonal() * rightR.transpose();
    const auto svd = decompose(core);
    const MatrixXd u = thinQ(leftQr, rows, leftCount) * svd.matrixU();
    const MatrixXd v = thinQ(rightQr, columns, rightCount) * svd.matrixV();
    return partsOf(u, svd.singularValues(), v);
}

MatrixValues SpectralParts::sum(int from, int to) const
{
    MatrixValues result {
        rows, columns, std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))};
    const int last = std::min(to, count());
    const int first = std::clamp(from, 0, last);
    if (first == last || rows == 0 || columns == 0)
        return result;
    const Eigen::Map<const MatrixXf> u(left.data(), rows, count());
    const Eigen::Map<const MatrixXf> v(right.data(), columns, count());
    const Eigen::VectorXf weights = Eigen::Map<const VectorXd>(sigma.data(), count()).cast<float>();
    const int number = last - first;
    Eigen::Map<RowMatrix>(result.values.data(), rows, columns).noalias() = u.middleCols(first, number)
        * weights.segment(first, number).asDiagonal() * v.middleCols(first, number).transpose();
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

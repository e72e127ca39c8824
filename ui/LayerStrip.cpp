// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LayerStrip.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QImage>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spectune {

namespace {

constexpr int side = 48; // pixels of a thumbnail
constexpr int pitch = 104; // with its figures and a gap
constexpr double dimmedOpacity = 0.3;

// `length` values at `stride`, as block means at the thumbnail's size, scaled to at most 1.
std::vector<float> thumbnail(const float* first, std::int64_t length, std::int64_t stride)
{
    const auto count = static_cast<std::int64_t>(std::min<std::int64_t>(side, length));
    std::vector<float> means;
    float most = 0.0F;
    for (std::int64_t block = 0; block < count; ++block) {
        const std::int64_t from = block * length / count;
        const std::int64_t to = (block + 1) * length / count;
        double sum = 0.0;
        for (std::int64_t i = from; i < to; ++i)
            sum += first[i * stride];
        means.push_back(static_cast<float>(sum / static_cast<double>(to - from)));
        most = std::max(most, std::abs(means.back()));
    }
    for (float& value : means)
        value = most > 0 ? value / most : 0.0F;
    return means;
}

double norm(const float* first, std::int64_t length, std::int64_t stride)
{
    double sum = 0.0;
    for (std::int64_t i = 0; i < length; ++i)
        sum += static_cast<double>(first[i * stride]) * first[i * stride];
    return std::sqrt(sum);
}

} // namespace

LayerStrip::LayerStrip(QWidget* parent)
    : QWidget(parent)
{
    setFixedHeight(52);
}

void LayerStrip::setFactors(const AdapterFactors& factors)
{
    clear();
    const auto rank = static_cast<std::int64_t>(factors.lambda.size());
    std::vector<double> norms;
    for (std::int64_t i = 0; i < rank; ++i)
        norms.push_back(std::abs(factors.scale * factors.lambda[static_cast<std::size_t>(i)])
            * norm(factors.p.data() + i, factors.rows, rank)
            * norm(factors.q.data() + i * factors.columns, factors.columns, 1));
    std::vector<int> order(static_cast<std::size_t>(rank));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
        [&](int a, int b) { return norms[static_cast<std::size_t>(a)] > norms[static_cast<std::size_t>(b)]; });
    for (const int i : order) {
        m_norms.push_back(norms[static_cast<std::size_t>(i)]);
        std::vector<float> column = thumbnail(factors.p.data() + i, factors.rows, rank);
        if (factors.lambda[static_cast<std::size_t>(i)] < 0)
            for (float& value : column)
                value = -value;
        m_columns.push_back(std::move(column));
        m_rows.push_back(thumbnail(factors.q.data() + i * factors.columns, factors.columns, 1));
    }
    draw();
}

void LayerStrip::clear()
{
    m_norms.clear();
    m_columns.clear();
    m_rows.clear();
    m_pictures.clear();
    update();
}

void LayerStrip::setRank(int k)
{
    m_rank = k;
    update();
}

int LayerStrip::shown() const
{
    return std::min(static_cast<int>(m_norms.size()), std::max(1, width() / pitch));
}

void LayerStrip::draw()
{
    const Theme& theme = Theme::current();
    m_pictures.clear();
    for (std::size_t layer = 0; layer < m_norms.size(); ++layer) {
        const auto& column = m_columns[layer];
        const auto& row = m_rows[layer];
        // Each layer in its own reach: the figure beside it says how large it is.
        QImage picture(static_cast<int>(row.size()), static_cast<int>(column.size()), QImage::Format_RGB32);
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                picture.setPixel(x, y,
                    theme.differenceColor(column[static_cast<std::size_t>(y)] * row[static_cast<std::size_t>(x)])
                        .rgb());
        m_pictures.push_back(std::move(picture));
    }
    update();
}

void LayerStrip::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    for (int i = 0; i < shown(); ++i) {
        const auto index = static_cast<std::size_t>(i);
        const QRect place(i * pitch, 0, side, side);
        painter.setOpacity(i < m_rank ? 1.0 : dimmedOpacity);
        painter.drawImage(place, m_pictures[index]);
        painter.setOpacity(1.0);
        painter.setFont(Fonts::bodyMedium());
        painter.setPen(i < m_rank ? theme.text : theme.text3);
        drawTabular(painter, QRectF(place.right() + 8, 6, pitch - side - 10, 16), Qt::AlignLeft | Qt::AlignVCenter,
            QString::number(i + 1)); // as the axis beside counts
        painter.setFont(Fonts::caption());
        painter.setPen(i < m_rank ? theme.text2 : theme.text3);
        drawTabular(painter, QRectF(place.right() + 8, 24, pitch - side - 10, 16), Qt::AlignLeft | Qt::AlignVCenter,
            formatShort(m_norms[index]));
    }
}

void LayerStrip::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    update();
}

void LayerStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        draw();
    QWidget::changeEvent(event);
}

} // namespace spectune

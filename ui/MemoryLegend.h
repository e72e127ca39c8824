// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/MemoryBar.h"

#include <QWidget>

#include <vector>

namespace spectune {

/// The memory bar's parts as rows: colour, name, size; the sum below a line.
class MemoryLegend : public QWidget {
    Q_OBJECT
public:
    explicit MemoryLegend(QWidget* parent = nullptr);

    void setParts(std::vector<MemoryPart> parts);
    [[nodiscard]] const std::vector<MemoryPart>& parts() const { return m_parts; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    std::vector<MemoryPart> m_parts;
};

} // namespace spectune

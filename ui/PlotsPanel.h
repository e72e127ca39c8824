// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QMenu;

namespace spectune {

class LegendToggle;
class RunPlots;
class Segmented;

/// Live's plots with their header: which steps, which curves, smoothing, logarithmic loss, and the ways out.
class PlotsPanel : public QWidget {
    Q_OBJECT
public:
    explicit PlotsPanel(QWidget* parent = nullptr);

    [[nodiscard]] RunPlots& plots() { return *m_plots; }
    void setPicture(const QString& name) { m_name = name; }

Q_SIGNALS:
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] QHBoxLayout* makeLegend();
    [[nodiscard]] QMenu* makeMenu();

    RunPlots* m_plots = nullptr;
    Segmented* m_ranges = nullptr;
    QString m_name;
};

} // namespace spectune

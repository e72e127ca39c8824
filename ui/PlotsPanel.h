// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QHBoxLayout;
class QLabel;
class QMenu;
class QToolButton;

namespace spectune {

class LegendToggle;
class RunPlots;
class Segmented;
class SmoothingSlider;

/// Live's plots with their header: which steps, which curves, smoothing, logarithmic loss, and the ways out. Where it
/// is narrow the words grow shorter, then the slider, then what the menu holds as well leaves the legend.
class PlotsPanel : public QWidget {
    Q_OBJECT
public:
    explicit PlotsPanel(QWidget* parent = nullptr);

    [[nodiscard]] RunPlots& plots() { return *m_plots; }
    void setPicture(const QString& name) { m_name = name; }

Q_SIGNALS:
    void told(const QString& lead, const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeader();
    void fitLegend();
    void addSmoothing(QMenu& menu);
    void addToggle(QMenu& menu, const QString& text, LegendToggle* toggle);
    [[nodiscard]] QHBoxLayout* makeLegend();
    [[nodiscard]] QMenu* makeMenu();

    RunPlots* m_plots = nullptr;
    QLabel* m_heading = nullptr;
    Segmented* m_ranges = nullptr;
    QToolButton* m_menu = nullptr;
    std::vector<LegendToggle*> m_curves; ///< of the legend, which stay
    std::vector<LegendToggle*> m_folded; ///< of the legend, which the menu has as well
    SmoothingSlider* m_smoothing = nullptr;
    LegendToggle* m_log = nullptr;
    QString m_name;
};

} // namespace spectune

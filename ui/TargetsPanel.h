// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <functional>
#include <memory>
#include <string>
#include <vector>

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace spectune {

class ConfigForm;
class RankGrid;
class Segmented;
class SetupFields;
struct RankSnapshot;

/// Set up's second column: the grid of targets with its presets; the same grid also shows the map of a fixed rank and
/// what another run has learned.
class TargetsPanel : public QWidget {
    Q_OBJECT
public:
    enum class Shown { Targets, FixedRank, Learned };

    TargetsPanel(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

    void setShown(Shown shown);
    /// The ranks that the run in @p folder ended with.
    void showLearned(const QString& folder);
    [[nodiscard]] Shown shown() const { return m_what; }
    [[nodiscard]] RankGrid& targets() { return *m_grid; }
    [[nodiscard]] RankGrid& map() { return *m_map; }
    /// "Use this map" below what a run has learned, "Drop the map" below the set-up's own; else hidden.
    [[nodiscard]] QPushButton& mapButton() { return *m_mapButton; }

Q_SIGNALS:
    /// What was done with the grid's picture or values, or why it was not.
    void told(const QString& lead, const QString& text);

private:
    void makePresets(QVBoxLayout& column);
    void makeLastLayers(QHBoxLayout& row);
    void makeMaps(QVBoxLayout& column);
    void refresh();
    void refreshMap();
    void refreshMapButton(bool readable);
    void useOrDropMap();
    void refreshPresets();
    void applyTicks(const std::vector<bool>& ticked);
    /// Ticks the cells for which @p wanted(layer, kind) holds.
    void applyWhere(const std::function<bool(int layer, const std::string& kind)>& wanted);
    void applyPreset(int preset);
    void applyLastLayers();
    void chooseLearned();

    ConfigForm& m_form;
    QLabel* m_count = nullptr;
    Segmented* m_presets = nullptr;
    QPushButton* m_lastLayers = nullptr;
    QLineEdit* m_lastCount = nullptr;
    QStackedWidget* m_stack = nullptr;
    RankGrid* m_grid = nullptr; ///< of ticks
    RankGrid* m_map = nullptr; ///< of ranks
    QLabel* m_foot = nullptr;
    Segmented* m_maps = nullptr;
    QPushButton* m_mapButton = nullptr;
    bool m_hadMap = false; ///< the set-up's rank map at the last look
    Shown m_what = Shown::Targets;
    QString m_learned; ///< run's folder
    std::shared_ptr<const RankSnapshot> m_learnedRanks; ///< read when it was chosen; null: m_learnedProblem says why
    QString m_learnedProblem;
};

} // namespace spectune

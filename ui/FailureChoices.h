// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/MemoryChanges.h"

#include <QWidget>

#include <optional>
#include <vector>

class QButtonGroup;
class QPushButton;
class QVBoxLayout;

namespace spectune {

class ConfigForm;

/// What a run that ran out of memory could change, what leaves its steps alone first; at most four.
struct MemoryWays {
    std::vector<MemoryChange> changes;
    std::int64_t need = 0; ///< estimated of the run as it was, bytes; 0: not known, as are the changes' estimates
    std::int64_t free = 0; ///< what a run could take now, bytes; 0: not known

    /// @param run the configuration that failed  @param form knows the model and the device, while they are the run's
    [[nodiscard]] static MemoryWays of(const RunConfig& run, const ConfigForm& form);
};

/// These changes to choose from, each with what it would need, and where to go with the chosen one. GUI thread.
class FailureChoices : public QWidget {
    Q_OBJECT
public:
    explicit FailureChoices(QWidget* parent = nullptr);

    /// @param run the configuration that failed  @param checkpoint step to resume from; none: only a new start is
    /// offered
    void offer(const MemoryWays& ways, const RunConfig& run, std::optional<std::int64_t> checkpoint);
    [[nodiscard]] bool isEmpty() const { return m_ways.changes.empty(); }
    [[nodiscard]] const MemoryWays& ways() const { return m_ways; }
    /// What to resume the failed run with: its configuration with the chosen change; empty: nothing is offered, or the
    /// chosen change needs a new start.
    [[nodiscard]] std::optional<RunConfig> resumeConfig() const;

Q_SIGNALS:
    void offered(bool any);
    void resumeNamed(const QString& change); ///< what resumeConfig() changes, "micro-batch 4"; empty: nothing
    void setupWanted(const spectune::RunConfig& config, const QString& change); ///< the change in words

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void rebuild(int chosen);
    void addChoice(int index, bool isChosen);
    [[nodiscard]] QString needText(const MemoryChange& change) const; ///< empty: not known
    [[nodiscard]] QString costText(const MemoryChange& change) const;
    [[nodiscard]] bool isTooMuch(const MemoryChange& change) const; ///< for what is free now
    void refreshButtons();
    /// The change's name, or "it" where the button would be wider than there is room.
    void name(QPushButton* button, const QString& text, const QString& phrase);
    [[nodiscard]] bool goesOn() const { return !isEmpty() && m_checkpoint && chosen().sameSteps; }
    [[nodiscard]] const MemoryChange& chosen() const;

    MemoryWays m_ways;
    RunConfig m_run;
    std::optional<std::int64_t> m_checkpoint;
    QString m_named; ///< as resumeNamed() told it last
    QString m_shown; ///< the choices in words: they are made anew only where they say something else
    QVBoxLayout* m_rows = nullptr;
    QButtonGroup* m_group = nullptr;
    QPushButton* m_setup = nullptr;
};

} // namespace spectune

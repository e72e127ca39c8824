// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>

namespace spectune {

class RunModel;

/// Which of a run's adapters answers: one of its checkpoints, or the one that it left. While the run is paused there is
/// no choice: its own triplets answer as they stand.
class AdapterChoice : public QComboBox {
    Q_OBJECT
public:
    explicit AdapterChoice(QWidget* parent = nullptr);

    /// Keeps the chosen step where it is still there, else takes the last.
    void refresh(const RunModel& run, bool paused);
    /// Empty while paused, and where there is none.
    [[nodiscard]] QString folder() const;
    /// Steps done at it; −1: none.
    [[nodiscard]] std::int64_t step() const;

protected:
    void wheelEvent(QWheelEvent* event) override;
};

} // namespace spectune

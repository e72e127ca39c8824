// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

/// What would end with the window. HeldRun: a run whose last steps are in memory alone, as its disk refuses them.
enum class OpenWork { None, Run, HeldRun, Export, Animation };

enum class CloseAnswer {
    Stay,
    SaveAndClose, ///< what goes on is stopped and saved first
    CloseAnyway, ///< what cannot be saved is given up
};

/// "A run is going on. Stop it, save it and close?" beside its answers, for the run bar's line. The one that keeps
/// what goes on has the focus, and Escape gives it.
class CloseQuestion : public QWidget {
    Q_OBJECT
public:
    explicit CloseQuestion(QWidget* parent = nullptr);

    /// Shows itself. @pre @p work is not None @param unsaved of a held run, "Steps 11 to 20"; empty: all are saved
    void ask(OpenWork work, const QString& unsaved = {});
    [[nodiscard]] OpenWork work() const { return m_work; }

Q_SIGNALS:
    /// It has hidden itself.
    void answered(spectune::CloseAnswer answer);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void place(bool held);
    void askHeld(const QString& unsaved);
    void answer(CloseAnswer answer);

    OpenWork m_work = OpenWork::None;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_again = nullptr; ///< tries to save once more; of a held run alone
    QPushButton* m_stay = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace spectune

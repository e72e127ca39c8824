// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

/// What would end with the window.
enum class OpenWork { None, Run, Export, Animation };

/// "A run is going on. Stop it, save it and close?" beside its two answers, for the run bar's line. The one that keeps
/// what goes on has the focus, and Escape gives it.
class CloseQuestion : public QWidget {
    Q_OBJECT
public:
    explicit CloseQuestion(QWidget* parent = nullptr);

    /// Shows itself. @pre @p work is not None
    void ask(OpenWork work);
    [[nodiscard]] OpenWork work() const { return m_work; }

Q_SIGNALS:
    /// It has hidden itself.
    void answered(bool close);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void answer(bool close);

    OpenWork m_work = OpenWork::None;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_stay = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace spectune

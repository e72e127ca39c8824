// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace spectune {

/// What the inspector shows while no cell is chosen: how to read one, and the ways to something else than the demo.
class FirstSteps : public QWidget {
    Q_OBJECT
public:
    explicit FirstSteps(QWidget* parent = nullptr);
    /// Whether the tour is offered here; Learn keeps it in any case.
    void setTourOffered(bool offered);
    [[nodiscard]] QPushButton* tourButton() const { return m_tourButton; }

Q_SIGNALS:
    void setupWanted();
    void openRunWanted();
    void tourWanted();
    void tourDeclined();

private:
    [[nodiscard]] QWidget* makeTour();

    QWidget* m_tour = nullptr;
    QPushButton* m_tourButton = nullptr;
};

} // namespace spectune

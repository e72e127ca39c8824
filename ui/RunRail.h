// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace spectune {

class ConfigForm;
class KeyValueList;
class LiveControls;
class RunModel;

/// Live's left column: the set-up of the shown run in a few lines, and its health.
class RunRail : public QWidget {
    Q_OBJECT
public:
    RunRail(RunModel& run, const ConfigForm& form, QWidget* parent = nullptr);

    [[nodiscard]] LiveControls& controls() { return *m_controls; }
    /// Scrolls to the method's block: rank, budget, scale.
    void showMethod();
    /// What is to be seen of that block, in this widget's pixels; empty: it is scrolled out of sight.
    [[nodiscard]] QRect methodRect() const;

Q_SIGNALS:
    void scrolled(); ///< methodRect() is another one
    /// "Edit" of a set-up, "Duplicate" of a run: opens it in Set up.
    void editWanted();

private:
    struct Health {
        const char* icon; ///< "check", "note", "warning" or "error"
        QString title;
        QString detail;
    };

    KeyValueList* addSection(QVBoxLayout* column, QLabel*& heading, const QString& title);
    void refresh();
    struct HealthRow { ///< as it stands
        QString icon;
        QLabel* title = nullptr;
        QLabel* detail = nullptr;
    };
    void refreshHealth();
    void rebuildHealth(const std::vector<Health>& rows);
    [[nodiscard]] std::vector<Health> healthBefore() const;
    [[nodiscard]] std::vector<Health> healthOfRun() const; ///< at the shown step
    void addPruning(std::vector<Health>& rows) const;

    RunModel& m_run;
    const ConfigForm& m_form;
    QLabel* m_title = nullptr;
    QPushButton* m_edit = nullptr;
    KeyValueList* m_model = nullptr;
    KeyValueList* m_data = nullptr;
    KeyValueList* m_method = nullptr;
    KeyValueList* m_optimizer = nullptr;
    QScrollArea* m_area = nullptr;
    LiveControls* m_controls = nullptr;
    QLabel* m_methodHeading = nullptr;
    QLabel* m_healthHeading = nullptr;
    QVBoxLayout* m_health = nullptr;
    std::vector<HealthRow> m_healthRows;
};

} // namespace spectune

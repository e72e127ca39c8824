// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"

#include <QWidget>

#include <optional>
#include <vector>

class QGridLayout;
class QLabel;

namespace spectune {

class FieldLine;
class KeyValueList;
class RunModel;

/// What an edit is called where there is little room: "lr", "γ", "ΔT".
[[nodiscard]] QString shortFieldName(const std::string& key);
/// "lr 5e−4": an edit as a mark on the curves.
[[nodiscard]] QString editText(const AppliedEdit& edit);

/// The fields that may change while the run goes on, and the changes so far. A value that was typed is held against the
/// rules at once; what they let pass is asked for, and shown as asked for until the training thread says from which
/// step on it holds.
class LiveControls : public QWidget {
    Q_OBJECT
public:
    explicit LiveControls(RunModel& run, QWidget* parent = nullptr);

    /// As if typed into the field and confirmed.
    void type(const std::string& key, const QString& text);
    /// What stands below the fields.
    [[nodiscard]] QString note() const;
    [[nodiscard]] QString text(const std::string& key) const;
    [[nodiscard]] bool isOpen() const; ///< the fields can be edited now

Q_SIGNALS:
    void editWanted(const spectune::LiveEdit& edit);
    void helpWanted(const QString& label, const QString& help);

private:
    struct Row {
        std::string key;
        QWidget* label = nullptr;
        FieldLine* field = nullptr;
        std::optional<FieldValue> asked {}; ///< and not yet confirmed
        std::optional<FieldValue> refused {}; ///< typed, against the rules, and left to be mended
    };

    void addRow(QGridLayout* grid, const std::string& key);
    void commit(Row& row);
    void refresh();
    /// Whether the budget has reached its end, so that nothing of its schedule can change any more.
    [[nodiscard]] bool isScheduleOver() const;
    void showValue(Row& row);
    void take(const AppliedEdit& edit);
    void refuse(const std::string& key, const QString& why);
    void say(const QString& text, const char* tone);

    RunModel& m_run;
    bool m_isOver = false; ///< isScheduleOver() when it was last shown
    std::vector<Row> m_rows;
    QWidget* m_fields = nullptr;
    QLabel* m_note = nullptr;
    QLabel* m_editsHeading = nullptr;
    KeyValueList* m_edits = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/PlannedEdits.h"
#include "ui/RepeatedEdits.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

class ConfigForm;
class ElidedLabel;
class RunModel;

/// The line above the set-up's columns that tells which changes of an earlier run the next start repeats at their
/// steps; out of sight where there are none. They belong to the form until a start takes them, a person removes them or
/// another set-up takes its place. While the form makes them impossible the line says why, and a start leaves them out.
/// GUI thread.
class SetupEdits : public QWidget {
    Q_OBJECT
public:
    /// What a resumed run repeats.
    struct Rest {
        RepeatedEdits changes;
        QString whyNot; ///< empty: they are possible
    };

    explicit SetupEdits(ConfigForm& form, QWidget* parent = nullptr);

    /// Whether what starts repeat is known after the program's end, too.
    void setRemembers(bool remembers) { m_starts.setRemembers(remembers); }
    /// From now on these, and none of before.
    void carry(RepeatedEdits edits);
    /// Those of @p run's start that it has not come to, for a set-up out of its configuration, which holds the others.
    void carryFrom(const RunModel& run);
    /// The form is empty of them afterwards.
    RepeatedEdits take();
    [[nodiscard]] const RepeatedEdits& carried() const { return m_carried; }
    /// What a start of the form as it stands repeats: all or nothing.
    [[nodiscard]] std::vector<AppliedEdit> forStart() const;
    /// A run was started into @p folder with forStart(). @returns what was left out and why; empty: nothing was
    QString started(const QString& folder);
    /// Those of @p run's start that are still to come where it goes on from its last checkpoint. Where they are
    /// possible, what they change has in @p config the checkpoint's value again: a run that was behind them has theirs,
    /// which would hold before their steps.
    [[nodiscard]] Rest restOf(const RunModel& run, RunConfig& config) const;

    /// Title and what stands beside it, or why they are left out.
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton* removeButton() const { return m_remove; }

private:
    void refresh();

    ConfigForm& m_form;
    RepeatedEdits m_carried;
    QString m_whyNot; ///< empty: they are possible
    PlannedEdits m_starts;
    QLabel* m_title = nullptr;
    ElidedLabel* m_list = nullptr;
    QLabel* m_reason = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace spectune

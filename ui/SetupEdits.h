// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RepeatedEdits.h"

#include <QWidget>

#include <map>

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
    explicit SetupEdits(ConfigForm& form, QWidget* parent = nullptr);

    /// From now on these, and none of before.
    void carry(RepeatedEdits edits);
    /// Those of @p run's start, for a set-up out of its configuration; none where the run has taken any of them: its
    /// configuration holds that one then.
    void carryFrom(const RunModel& run);
    /// The form is empty of them afterwards.
    RepeatedEdits take();
    [[nodiscard]] const RepeatedEdits& carried() const { return m_carried; }
    /// What a start of the form as it stands repeats: all or nothing.
    [[nodiscard]] std::vector<AppliedEdit> forStart() const;
    /// A run was started into @p folder with forStart(). @returns what was left out and why; empty: nothing was
    QString started(const QString& folder);
    /// Those of @p run's start that are still to come where it goes on from its last checkpoint.
    [[nodiscard]] RepeatedEdits restOf(const RunModel& run) const;

    /// Title and what stands beside it, or why they are left out.
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton* removeButton() const { return m_remove; }

private:
    void refresh();
    [[nodiscard]] const RepeatedEdits* startOf(const RunModel& run) const; ///< null: it repeats nothing

    ConfigForm& m_form;
    RepeatedEdits m_carried;
    QString m_whyNot; ///< empty: they are possible
    std::map<QString, RepeatedEdits> m_starts; ///< of this session, by the run's folder, absolute
    QLabel* m_title = nullptr;
    ElidedLabel* m_list = nullptr;
    QLabel* m_reason = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace spectune

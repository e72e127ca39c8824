// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/RunEvents.h"

#include <QWidget>

class QLabel;

namespace spectune {

class ElidedLabel;
class RunModel;

/// The 22 px at the window's lower edge: issues, one sentence about what is at hand, where things go. GUI thread.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);
    /// From now on a sentence gives way when the run's state changes: what was true of the old one is none of the new.
    void follow(const RunModel& run);
    /// What is to be said of its state, whether or not it is another one than before.
    void tellState(const RunModel& run);
    void setIssues(int errors, int warnings);
    /// @param lead set in semibold before the text; may be empty
    void setMessage(const QString& lead, const QString& text);
    /// What a field means: a message that dropHelp() takes away.
    void setHelp(const QString& lead, const QString& text);
    void dropHelp(); ///< where the field is out of sight; other messages stay
    void setPlace(const QString& text, const QString& toolTip);
    /// Lead and text, whole also where the line has no room for all of it.
    [[nodiscard]] QString message() const;

private:
    QLabel* m_errors = nullptr;
    QLabel* m_warnings = nullptr;
    QLabel* m_lead = nullptr;
    ElidedLabel* m_message = nullptr;
    QLabel* m_place = nullptr;
    SessionState m_state = SessionState::Idle; ///< of the sentence that stands there
    bool m_isHelp = false;
};

} // namespace spectune

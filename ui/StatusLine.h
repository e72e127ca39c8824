// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;

namespace spectune {

/// The 22 px at the window's lower edge: issues, one sentence about what is at hand, where things go.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);
    void setIssues(int errors, int warnings);
    /// @param lead set in semibold before the text; may be empty
    void setMessage(const QString& lead, const QString& text);
    void setPlace(const QString& text, const QString& toolTip);
    [[nodiscard]] QString message() const;

private:
    QLabel* m_errors = nullptr;
    QLabel* m_warnings = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_place = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

class BudgetCurve;
class ConfigForm;
class SetupFields;
struct ResolvedRun;

/// Set up's third column: the budget curve with its handles and fields, the method and the optimizer.
class BudgetPanel : public QWidget {
    Q_OBJECT
public:
    BudgetPanel(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

Q_SIGNALS:
    /// What was done with the curve or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< the summary's width

private:
    /// The curve and the fields below it.
    [[nodiscard]] QWidget* makeBody(SetupFields& fields);
    void connectHandles();
    void refresh();
    /// The heading's second half.
    void refreshSummary(const ResolvedRun& run);
    /// Writes it whole where it fits in one line, else its brief form.
    void fitSummary();
    /// What is left at the end, in words: mean rank and trained parameters.
    [[nodiscard]] QString endText(const ResolvedRun& run) const;

    ConfigForm& m_form;
    QLabel* m_summary = nullptr;
    QString m_wholeSummary;
    QString m_briefSummary; ///< empty: there is none
    QLabel* m_end = nullptr; ///< what is left at the end
    QPushButton* m_derive = nullptr;
    BudgetCurve* m_curve = nullptr;
};

} // namespace spectune

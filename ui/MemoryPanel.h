// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace spectune {

class ConfigForm;
class MemoryBar;
class MemoryLegend;
struct MemoryChange;
struct MemoryFacts;

/// The memory that a start would need, part by part, against what the device has, and what would make it fit: one click
/// each.
class MemoryPanel : public QWidget {
    Q_OBJECT
public:
    explicit MemoryPanel(ConfigForm& form, QWidget* parent = nullptr);

Q_SIGNALS:
    /// What was copied or saved of the bar or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    void refresh();
    void showChanges(const MemoryFacts& facts);
    void apply(const MemoryChange& change);
    [[nodiscard]] QString verdict(const MemoryFacts& facts) const;

    ConfigForm& m_form;
    QLabel* m_headline = nullptr;
    MemoryBar* m_bar = nullptr;
    MemoryLegend* m_legend = nullptr;
    QLabel* m_verdict = nullptr;
    QVBoxLayout* m_changes = nullptr;
    QString m_shownChanges; ///< in words: buttons are made anew only where they say something else
};

} // namespace spectune

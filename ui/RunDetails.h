// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <cstdint>

class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace spectune {

class KeyValueList;
class RunLibrary;
struct RunRecord;

/// What the history knows of one run, and the fields for what a person writes about it.
class RunDetails : public QWidget {
    Q_OBJECT
public:
    explicit RunDetails(RunLibrary& library, QWidget* parent = nullptr);

    /// Shows run @p id; 0: none. Text that is being typed stays.
    void setRun(std::int64_t id);
    void writeName(); ///< takes the keyboard to the name, which is there to be written over
    /// Stores what has been typed and not been stored yet.
    void flush();

private:
    void refresh(const RunRecord& record);
    void store();
    void fitNotes(); ///< as many lines as there are, few of them at least and at most
    /// A name or tags are typed to their end: what was stored of them stands there.
    void settle();

    RunLibrary& m_library;
    std::int64_t m_id = 0;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_tags = nullptr;
    QPlainTextEdit* m_notes = nullptr;
    QLabel* m_problem = nullptr;
    KeyValueList* m_facts = nullptr;
    QTimer m_later; ///< stores half a second after the last key
};

} // namespace spectune

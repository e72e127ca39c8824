// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>

class QLabel;
class QPushButton;

namespace spectune {

class FieldLine;

/// A question inside the bar, in place of a modal box: what will happen in plain sentences, yes, no, perhaps another
/// way, and perhaps a number.
class RunsQuestion : public QWidget {
    Q_OBJECT
public:
    struct Content {
        QString title;
        QString text;
        QString yes; ///< empty: there is nothing to do but to read why
        QString other; ///< a second way, beside yes; empty: there is none
        std::function<void()> takeOther;
        QString numberLabel; ///< empty: no number is asked for
        qint64 number = 0;
        /// Text and whether yes is possible for another number; may be empty.
        std::function<std::pair<QString, bool>(qint64 number)> explain;
    };

    explicit RunsQuestion(QWidget* parent = nullptr);

    void ask(Content content, std::function<void(qint64 number)> answer);
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton* yes() const { return m_yes; }
    [[nodiscard]] QPushButton* no() const { return m_no; }
    [[nodiscard]] QPushButton* other() const { return m_other; }
    [[nodiscard]] FieldLine* number() const { return m_number; }

Q_SIGNALS:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void take(bool yes);
    void takeOther();
    void explain();

    Content m_content;
    std::function<void(qint64)> m_answer;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_numberLabel = nullptr;
    FieldLine* m_number = nullptr;
    QPushButton* m_yes = nullptr;
    QPushButton* m_no = nullptr;
    QPushButton* m_other = nullptr;
};

} // namespace spectune

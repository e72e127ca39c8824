// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;

namespace spectune {

class FieldLine;

/// A question inside the bar, in place of a modal box: what will happen in plain sentences, yes, no, perhaps other
/// ways, and perhaps a number.
class RunsQuestion : public QWidget {
    Q_OBJECT
public:
    struct Way {
        QString text; ///< of its button
        std::function<void()> take;
    };
    struct Content {
        QString title;
        QString text;
        QString yes; ///< empty: there is nothing to do but to read why
        std::vector<Way> others; ///< further ways, beside yes; at most two
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
    [[nodiscard]] QPushButton* other(std::size_t way = 0) const { return m_others.at(way); }
    [[nodiscard]] FieldLine* number() const { return m_number; }

Q_SIGNALS:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void take(bool yes);
    void takeOther(std::size_t way);
    void explain();

    Content m_content;
    std::function<void(qint64)> m_answer;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_numberLabel = nullptr;
    FieldLine* m_number = nullptr;
    QPushButton* m_yes = nullptr;
    QPushButton* m_no = nullptr;
    std::array<QPushButton*, 2> m_others {};
};

} // namespace spectune

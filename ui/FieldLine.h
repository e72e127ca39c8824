// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

namespace spectune {

/// A line edit with quiet text (a unit, a count) at its right end, inside the frame. Whole numbers step with Up and
/// Down. While the keyboard is elsewhere it can show its value in another form than the one that is typed.
class FieldLine : public QLineEdit {
    Q_OBJECT
public:
    explicit FieldLine(QWidget* parent = nullptr);

    void setSuffix(const QString& text);
    /// Painted in place of text() while the keyboard is elsewhere: "8,000" for 8000. Empty: text() itself.
    /// @param words it is no number, such as "all cores" for 0: the quiet text is left out beside it
    void setRestingText(const QString& text, bool words);
    /// What is to be read now.
    [[nodiscard]] QString shownText() const;
    /// Up and Down change a whole number by 1 (Shift: by 10) within these bounds.
    void setStepping(double minimum, double maximum);

Q_SIGNALS:
    void entered();

protected:
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitMargins();
    [[nodiscard]] bool isResting() const { return !m_resting.isEmpty() && !hasFocus(); }
    void paintResting();

    QString m_suffix;
    QString m_resting;
    bool m_restsInWords = false;
    bool m_steps = false;
    double m_minimum = 0.0;
    double m_maximum = 0.0;
};

} // namespace spectune

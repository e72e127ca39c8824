// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

namespace spectune {

/// A line edit with quiet text (a unit, a count) at its right end, inside the frame. Whole numbers step with Up and Down.
class FieldLine : public QLineEdit {
    Q_OBJECT
public:
    explicit FieldLine(QWidget* parent = nullptr);

    void setSuffix(const QString& text);
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

    QString m_suffix;
    bool m_steps = false;
    double m_minimum = 0.0;
    double m_maximum = 0.0;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

namespace spectune {

/// A small button (24 px high) that gives way in a narrow column: its words end in "…" there and stand whole in a
/// tooltip.
class ElidedButton : public QPushButton {
    Q_OBJECT
public:
    explicit ElidedButton(const QString& text, QWidget* parent = nullptr);

    /// What is painted: the text, or its beginning and "…".
    [[nodiscard]] QString shownText() const;
    /// What the button does, below its whole text in the tooltip.
    void setHint(const QString& hint);
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_hint;
};

} // namespace spectune

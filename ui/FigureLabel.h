// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/Theme.h"

#include <QFont>
#include <QLabel>

namespace spectune {

/// One line of plain text whose digits all take the widest one's place: what changes ten times a second does not
/// tremble. The text may end in a quieter part. GUI thread.
class FigureLabel : public QLabel {
    Q_OBJECT
public:
    explicit FigureLabel(QWidget* parent = nullptr);

    /// How the quieter part is written: its font, and the colour of a theme.
    void setRestLook(const QFont& font, QColor Theme::*color);
    /// text() is both, one behind the other.
    void setFigures(const QString& lead, const QString& rest);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QString lead() const { return text().chopped(m_rest.size()); }

    QString m_rest;
    QFont m_restFont;
    QColor Theme::*m_restColor = &Theme::text;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace spectune {

/// A note of plain text over several lines, whose last line is no single word where another break can help that. It
/// is as high as any wrapped label: only what is painted breaks earlier. GUI thread.
class NoteLabel : public QLabel {
    Q_OBJECT
public:
    explicit NoteLabel(const QString& text);

    /// Where @p text is to break, px: @p width, or a little less where that spares its last line a single word and
    /// takes no line more.
    [[nodiscard]] static int breakWidth(const QString& text, const QFont& font, int width);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace spectune

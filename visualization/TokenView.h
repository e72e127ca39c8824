// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>
#include <QWidget>

#include <algorithm>
#include <vector>

namespace spectune {

struct TokenSpan {
    QString text; ///< what the token decodes to; line breaks stay in it
    bool bearsLoss = false;
    bool control = false; ///< <s>, </s> and the like
    double loss = -1.0; ///< of this token, 0 … 5 as a tint instead of bearsLoss; negative: none

    [[nodiscard]] bool operator==(const TokenSpan&) const = default;
};

/// One sample as the model reads it: wrapped text, one box per token in the model's order, loss-bearing ones tinted,
/// line breaks, tabs and control characters visible, a narrow empty box for a token without text of its own (the
/// further bytes of an emoji). Boxes are bounded in number and length, so that any file can be shown. Its height
/// follows its width: use it in a scroll area or a layout.
class TokenView : public QWidget {
    Q_OBJECT
public:
    explicit TokenView(QWidget* parent = nullptr);

    static constexpr int mostDrawn = 4096; ///< tokens that get a box; a person reads no more
    static constexpr int rowHeight = 21; ///< px from one line of boxes to the next

    void setTokens(std::vector<TokenSpan> tokens);
    /// Instead of tokens: "Choose a file", or what is wrong with line 17.
    void setEmptyText(const QString& text);
    [[nodiscard]] int lossBearing() const;
    [[nodiscard]] int count() const { return static_cast<int>(m_tokens.size()); }
    [[nodiscard]] int drawn() const { return std::min(count(), mostDrawn); }
    /// What a tooltip says of a token, as plain text.
    [[nodiscard]] QString tokenText(std::size_t token) const;

    /// A token's box or, where it wraps, its boxes.
    struct Box {
        std::size_t token = 0;
        QString text;
        QRectF rect;
    };
    [[nodiscard]] std::vector<Box> layoutBoxes(double width) const;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    /// One line of a token, measured once: a layout only adds up.
    struct Chip {
        std::size_t token = 0;
        QString text;
        double width = 0.0;
        bool breaks = false; ///< a line break follows
    };
    void measure();
    [[nodiscard]] int emptyHeight(int width) const;

    std::vector<TokenSpan> m_tokens;
    std::vector<Chip> m_chips;
    QString m_emptyText;
};

} // namespace spectune

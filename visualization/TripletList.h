// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <QAbstractScrollArea>

#include <memory>
#include <vector>

namespace spectune {

enum class TripletOrder { Score, Lambda, Index };

/// The triplets of one matrix: |λ| as a bar, λ, the score S on a logarithmic axis with the threshold of the last
/// masking event (the threshold cuts S, never |λ|), and when each was pruned or came back.
class TripletList : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TripletList(QWidget* parent = nullptr);

    /// Null or an invalid index: empty.
    void setModule(std::shared_ptr<const RankSnapshot> snapshot, ModuleIndex module);
    void setOrder(TripletOrder order);
    [[nodiscard]] TripletOrder order() const noexcept { return m_order; }
    void setSelected(int triplet); ///< −1: none
    [[nodiscard]] int selected() const noexcept { return m_selected; }

    /// Triplet indices from top to bottom.
    [[nodiscard]] const std::vector<int>& rows() const noexcept { return m_rows; }
    /// How many rows of rows() stand above the threshold; rows().size() where no event has been.
    [[nodiscard]] int keptRows() const noexcept { return m_keptRows; }
    /// All triplets in the shown order; what is not known is left empty, never 0.
    [[nodiscard]] QString toCsv() const;
    /// Height in pixels that shows all rows.
    [[nodiscard]] int fullHeight() const;
    /// The same for up to 16 triplets; of more, ten rows and what stands above and below them.
    [[nodiscard]] int usualHeight() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void tripletActivated(int triplet);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Columns;
    void sortRows();
    void updateScroll(bool toThreshold);
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] Columns columns() const;
    [[nodiscard]] double scoreX(double score, const Columns& columns) const;
    void fitScores(Columns& columns, int first, int last) const; ///< the S axis to rows [first, last) and the threshold
    void paintHead(QPainter& painter, const Columns& columns) const;
    void paintRow(QPainter& painter, int row, double y, const Columns& columns) const;
    void paintMark(QPainter& painter, const TripletState& triplet, double y, const Columns& columns) const;
    void paintThreshold(QPainter& painter, int first, int last, const Columns& columns) const;
    void paintRest(QPainter& painter, int first, int last, const Columns& columns) const;
    void paintScroll(QPainter& painter, int first, int last) const;
    [[nodiscard]] const TripletState& triplet(int row) const;
    [[nodiscard]] bool hasThreshold() const; ///< of the event that the shown S decided

    std::shared_ptr<const RankSnapshot> m_snapshot;
    ModuleIndex m_module;
    TripletOrder m_order = TripletOrder::Score;
    std::vector<int> m_rows;
    int m_keptRows = 0;
    int m_selected = -1;
    double m_lambdaMax = 1.0;
};

} // namespace spectune

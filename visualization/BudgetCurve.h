// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/BudgetGeometry.h"
#include "visualization/LabelPlace.h"
#include "visualization/PlotPlan.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace spectune {

/// The budget editor of the set-up page: b(t) with its phases and planned events, and six handles (both ranks, ti,
/// T − tf, ΔT and T) to drag or to move with the arrows (Shift: ten times as far). It only asks: the owner answers an
/// edit with setCurve(). A handle goes where the pointer is, to impossible values too: what is impossible is hatched,
/// and a sentence says why. The scales rest while a handle is dragged; T's goes out of the plot at its right edge.
class BudgetCurve : public QWidget {
    Q_OBJECT
public:
    using Handle = BudgetHandle;

    explicit BudgetCurve(QWidget* parent = nullptr);

    void setCurve(const PlotPlan& plan, const BudgetValues& values);
    void setEditable(bool editable); ///< true at the start
    [[nodiscard]] BudgetGeometry budgetGeometry() const;
    [[nodiscard]] QPointF handlePosition(Handle handle) const { return budgetGeometry().handle(handle); } ///< in pixels
    struct HandleLabel {
        Handle handle = Handle::WarmUpEnd;
        QString text;
        QRectF place; ///< in pixels
    };
    /// What stands below the handles on the step axis, with an arrow where a value lies beyond the axis: from left to
    /// right as their handles, T's always the last; none meets another unless the widget is too narrow.
    [[nodiscard]] std::vector<HandleLabel> stepLabels() const;
    /// Words inside the plot, of the ranks and of ΔT: no line and no handle is on them, nor do they meet. With less
    /// room they are fewer, and those that have none are left out.
    [[nodiscard]] std::vector<HandleLabel> plotLabels() const;
    [[nodiscard]] Handle currentHandle() const { return m_focused; } ///< the one that keys move
    /// Why the values exclude each other; empty: they go together.
    [[nodiscard]] QString impossibleText() const;
    /// What the handle is and has, for the pointer and for readers: "interval ΔT, 10 steps".
    [[nodiscard]] QString handleText(Handle handle) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void initRankEdited(int rank);
    void targetRankEdited(int rank);
    void warmUpEndEdited(qint64 step); ///< ti
    void finalStartEdited(qint64 step); ///< T − tf
    void intervalEdited(qint64 steps); ///< ΔT
    void totalStepsEdited(qint64 steps); ///< T

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    [[nodiscard]] QRectF ground() const { return budgetGeometry().ground; }
    [[nodiscard]] double xOf(double step) const { return budgetGeometry().xOf(step); }
    [[nodiscard]] double yOf(double budget) const; ///< of triplets
    [[nodiscard]] std::optional<Handle> fault() const;
    [[nodiscard]] std::optional<Handle> handleAt(QPointF position) const;
    [[nodiscard]] bool isReady() const { return m_editable && m_values.matrices > 0; }
    void paintImpossible(QPainter& painter) const;
    void paintSentence(QPainter& painter) const;
    void paintPath(QPainter& painter) const;
    void paintEvents(QPainter& painter) const;
    void paintGround(QPainter& painter) const;
    void paintCurve(QPainter& painter) const;
    void paintLabels(QPainter& painter) const;
    void paintScales(QPainter& painter) const;
    void paintPhaseNames(QPainter& painter) const;
    void paintSteps(QPainter& painter) const;
    [[nodiscard]] bool handleAtOrigin() const; ///< ti's or that of T − tf stands at step 0
    enum class Ink { Quiet, Plain, Strong };
    void write(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, Ink ink) const;
    [[nodiscard]] LabelObstacles obstacles() const; ///< of words inside the plot
    [[nodiscard]] QRectF intervalBracket() const; ///< from ti to ΔT's handle
    /// Of each label in the plot the spots and the words, both the best first.
    [[nodiscard]] std::vector<LabelSpot> spotsOf(Handle handle) const;
    [[nodiscard]] QStringList wordsOf(Handle handle) const;
    void paintInterval(QPainter& painter) const;
    void paintHandles(QPainter& painter) const;
    void paintEnd(QPainter& painter, const QColor& edge) const;
    void edit(Handle handle, std::int64_t value);
    void nudge(Handle handle, int by);
    void announce();

    PlotPlan m_plan;
    BudgetValues m_values;
    bool m_editable = true;
    Handle m_focused = Handle::InitRank;
    std::optional<Handle>
        m_moved; ///< the last one that was moved: of two that exclude each other it is the one to tell of
    struct Drag {
        Handle handle = Handle::InitRank;
        QPointF grip; ///< from the handle's centre to the pointer
        BudgetHold scales; ///< those it began with
    };
    std::optional<Drag> m_drag;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/PlotPlan.h"

#include <QWidget>

#include <optional>

namespace spectune {

/// The budget editor of the set-up page: b(t) with its phases and planned events, and four handles to drag or to move
/// with the arrows (Shift: ten times as far). It only asks: the owner answers an edit with setCurve().
class BudgetCurve : public QWidget {
    Q_OBJECT
public:
    enum class Handle { InitRank, TargetRank, WarmUpEnd, FinalStart };

    explicit BudgetCurve(QWidget* parent = nullptr);

    /// @param matrices adapted ones, for the rank axis at the right
    void setCurve(const PlotPlan& plan, int initRank, double targetRank, std::int64_t matrices);
    void setEditable(bool editable); ///< true at the start
    [[nodiscard]] QPointF handlePosition(Handle handle) const; ///< in pixels
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void initRankEdited(int rank);
    void targetRankEdited(int rank);
    void warmUpEndEdited(qint64 step); ///< ti
    void finalStartEdited(qint64 step); ///< T − tf

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    [[nodiscard]] QRectF ground() const;
    [[nodiscard]] double xOf(double step) const;
    [[nodiscard]] double yOf(double budget) const;
    [[nodiscard]] double topBudget() const;
    void paintGround(QPainter& painter) const;
    void paintCurve(QPainter& painter) const;
    void paintLabels(QPainter& painter) const;
    void paintScales(QPainter& painter) const;
    void paintPhaseNames(QPainter& painter) const;
    void paintSteps(QPainter& painter) const;
    enum class Ink { Quiet, Plain, Strong };
    void write(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, Ink ink) const;
    void paintHandles(QPainter& painter) const;
    void edit(Handle handle, double value);
    void nudge(Handle handle, int by);

    PlotPlan m_plan;
    int m_initRank = 0;
    double m_targetRank = 0.0;
    std::int64_t m_matrices = 0;
    bool m_editable = true;
    Handle m_focused = Handle::InitRank;
    std::optional<Handle> m_dragged;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"
#include "visualization/PlotPlan.h"

#include <QWidget>

#include <span>
#include <vector>

class QHelpEvent;

namespace spectune {

/// One bar of the track: what the events that fall on its pixels pruned and revived, the largest of them each.
struct EventBar {
    double x = 0.0; ///< left edge, pixels
    double width = 0.0;
    std::int64_t pruned = 0;
    std::int64_t revived = 0;
};

/// The run as a track: revived above and pruned below the line at every masking event, evaluations and checkpoints, the
/// planned events as ticks. Dragging asks for a step to be shown; it is a slider for the keyboard and for readers, see
/// EventTimelineAccess.
class EventTimeline : public QWidget {
    Q_OBJECT
public:
    explicit EventTimeline(QWidget* parent = nullptr);

    void setPlan(const PlotPlan& plan);
    void setEvents(std::span<const MaskEvent> events);
    void append(const MaskEvent& event);
    void setEvaluations(std::span<const std::int64_t> steps);
    void setCheckpoints(std::span<const std::int64_t> steps);
    void setNow(std::int64_t step); ///< steps done; 0: not begun
    void setShownStep(std::int64_t step); ///< −1: live
    void setFailure(std::int64_t step); ///< −1: none
    void setHint(const QString& text); ///< instead of the built-in one; empty: the built-in one
    void clear(); ///< all but the plan
    void request(std::int64_t step); ///< asks for @p step as dragging does: live from now on, and nothing before 1

    [[nodiscard]] std::int64_t now() const noexcept { return m_now; }
    [[nodiscard]] std::int64_t shownStep() const noexcept { return m_shown; }
    /// Step of the masking event before or after @p step; −1: none. For `[` and `]`.
    [[nodiscard]] std::int64_t eventBefore(std::int64_t step) const;
    [[nodiscard]] std::int64_t eventAfter(std::int64_t step) const;
    /// At most one per pixel column, however many events there are.
    [[nodiscard]] std::vector<EventBar> bars() const;
    [[nodiscard]] double xOf(double step) const; ///< in pixels
    [[nodiscard]] std::int64_t stepAt(double x) const;
    [[nodiscard]] QRectF track() const; ///< in pixels
    /// Of the track between ti and T − tf, never outside it; empty: there is none.
    [[nodiscard]] QRectF cubicPart() const;
    /// Marks of an evaluation and of a checkpoint at @p step, all inside the track; side by side where both are there.
    [[nodiscard]] QRectF evaluationRect(std::int64_t step) const;
    [[nodiscard]] QRectF checkpointRect(std::int64_t step) const;
    /// Where the key and the hint stand, on ground that no bar takes; empty: there is none left for it.
    struct KeyPlace {
        QRectF key;
        QRectF hint; ///< empty: there is no room for it
        QString words {}; ///< of the hint
        bool stacked = false; ///< one name above the middle line, one below
        [[nodiscard]] std::vector<QRectF> rows() const; ///< of words, from top to bottom
    };
    [[nodiscard]] KeyPlace keyPlace() const;
    [[nodiscard]] QString spokenStep() const; ///< "live, step 520", "step 300 of 520"
    [[nodiscard]] QString toCsv() const; ///< the masking events
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void stepRequested(qint64 step); ///< 1 … now, while dragging and by keys
    void liveRequested(); ///< dragged to the end, End or L
    void scrubbingChanged(bool scrubbing);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void paintTrack(QPainter& painter) const;
    void paintEvents(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    void paintMarksOver(QPainter& painter, const QRectF& head) const; ///< those that it covers, once more
    void paintAxis(QPainter& painter) const;
    void paintKey(QPainter& painter) const;
    void paintBeginning(QPainter& painter) const;
    [[nodiscard]] QString hint() const;
    [[nodiscard]] bool showsTip(const QHelpEvent& help);
    void paintMarkers(QPainter& painter) const;

    /// What the track shows of a masking event; its ranks are not needed.
    struct Tick {
        std::int64_t step = 0;
        std::int64_t budget = 0;
        std::int64_t pruned = 0;
        std::int64_t revived = 0;
    };
    [[nodiscard]] static Tick tickOf(const MaskEvent& event)
    {
        return {event.step, event.budget, event.pruned, event.revived};
    }

    static constexpr double middle = 40.0; ///< the line between revived and pruned, pixels
    static constexpr double longestBar = 20.0; ///< reaches neither the marks above nor the track's end

    PlotPlan m_plan;
    std::vector<Tick> m_events; ///< by step, ascending
    std::vector<std::int64_t> m_evaluations;
    std::vector<std::int64_t> m_checkpoints;
    QString m_hint;
    std::int64_t m_now = 0;
    std::int64_t m_shown = -1;
    std::int64_t m_failure = -1;
    bool m_dragging = false;
};

} // namespace spectune

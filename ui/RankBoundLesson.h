// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>

class QBoxLayout;
class QFrame;
class QLabel;
class QPushButton;

namespace spectune {

class BoundCurve;
class FieldLine;
class RankSlider;
class RankTrialWorker;
class RunModel;
class StartsPlot;
class TrialCourses;

/// The rank-bound lab: what the bound of rankWithoutSpuriousMinima() says for K outputs and N samples, against the
/// ranks of the shown run, and a small trial in that regime of which every start really trains.
class RankBoundLesson : public QWidget {
    Q_OBJECT
public:
    static constexpr int mostOutputs = 1'000;
    static constexpr int mostSamples = 1'000'000;

    explicit RankBoundLesson(RunModel& run, QWidget* parent = nullptr);

    void setOutputs(int k);
    void setSamples(int n);
    [[nodiscard]] std::int64_t product() const; ///< K·N
    [[nodiscard]] std::int64_t bound() const; ///< the smallest rank beyond it
    [[nodiscard]] QString headline() const;
    [[nodiscard]] QString comparison() const; ///< with the run's ranks; empty: no run
    [[nodiscard]] QString outcome() const; ///< of the trial
    [[nodiscard]] const BoundCurve& curve() const { return *m_curve; }
    [[nodiscard]] const StartsPlot& starts() const { return *m_starts; }
    [[nodiscard]] const TrialCourses& courses() const { return *m_courses; }
    [[nodiscard]] QPushButton& trainButton() { return *m_train; }

Q_SIGNALS:
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Number {
        RankSlider* slider = nullptr;
        FieldLine* field = nullptr;
    };

    [[nodiscard]] Number addNumber(QBoxLayout* column, const QString& name, int most, int value);
    [[nodiscard]] QWidget* makeBound();
    [[nodiscard]] QWidget* makeTrial();
    void place(int width); ///< px: the bound and its trial beside each other, or below
    void placeCourses();
    void addMenus();
    void refresh();
    void refreshRun();
    void resetTrial();
    void toggleTrial();
    void tellTrial();

    RunModel& m_run;
    RankTrialWorker* m_worker = nullptr;
    Number m_outputs;
    Number m_samples;
    QBoxLayout* m_halves = nullptr; ///< the bound and its trial
    QBoxLayout* m_words = nullptr; ///< what the bound is here, and what it means
    QFrame* m_between = nullptr; ///< the rule
    QLabel* m_headline = nullptr;
    QLabel* m_detail = nullptr;
    QLabel* m_comparison = nullptr;
    BoundCurve* m_curve = nullptr;
    QPushButton* m_train = nullptr;
    QLabel* m_trialNote = nullptr;
    StartsPlot* m_starts = nullptr;
    TrialCourses* m_courses = nullptr; ///< of two ranks' starts, where there is room for them
    QLabel* m_outcome = nullptr;
    std::int64_t m_tried = 0; ///< K·N of what the trial shows
};

} // namespace spectune

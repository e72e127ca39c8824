// SPDX-License-Identifier: GPL-3.0-or-later
// Paints every widget with made-up data into PNGs, light and dark, in the sizes that the studio gives them, so that a
// person can look at them:  SPECTUNE_GALLERY=/tmp/gallery QT_QPA_PLATFORM=offscreen tst_visualization_gallery
#include "tests/visualization/SampleRun.h"
#include "visualization/BudgetCurve.h"
#include "visualization/EventTimeline.h"
#include "visualization/Fonts.h"
#include "visualization/ProgressLine.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/ScaleGauge.h"
#include "visualization/Theme.h"
#include "visualization/TokenView.h"
#include "visualization/TripletList.h"

#include <QDir>
#include <QPainter>
#include <QTest>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

const SampleRun tinyLlama {};
const SampleRun demo {.layers = 6,
    .initRank = 8,
    .targetRank = 4.0,
    .totalSteps = 600,
    .ti = 60,
    .finalSteps = 180,
    .interval = 10,
    .now = 34,
    .evalEvery = 25,
    .startLoss = 3.5};
const SampleRun big {.layers = 80,
    .initRank = 32,
    .targetRank = 16.0,
    .totalSteps = 4000,
    .ti = 400,
    .finalSteps = 800,
    .interval = 40,
    .now = 1610,
    .evalEvery = 200,
    .startLoss = 0.95};

} // namespace

class Gallery : public QObject {
    Q_OBJECT
private:
    QString m_folder;

    void save(QWidget& widget, const QString& name, QSize size, double ratio = 1.0)
    {
        QPalette palette;
        palette.setColor(QPalette::Window, Theme::current().panel);
        widget.setPalette(palette);
        widget.resize(size);
        widget.ensurePolished();
        if (auto* plots = qobject_cast<RunPlots*>(&widget)) {
            widget.grab(); // lays out
            plots->replotNow();
        }
        QImage image(size * ratio, QImage::Format_RGB32);
        image.setDevicePixelRatio(ratio);
        image.fill(Theme::current().panel);
        widget.render(&image);
        const QString file
            = QStringLiteral("%1/%2-%3.png")
                  .arg(m_folder, name, Theme::current().dark ? QStringLiteral("dark") : QStringLiteral("light"));
        QVERIFY2(image.save(file), qPrintable(file));
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_folder = qEnvironmentVariable("SPECTUNE_GALLERY");
        if (m_folder.isEmpty()) {
            QSKIP("SPECTUNE_GALLERY names no folder: nothing is painted");
        }
        QVERIFY(QDir().mkpath(m_folder));
    }
    void cleanup() { Theme::setCurrent(true); }

    void themes_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("dark") << true;
        QTest::newRow("light") << false;
    }
    void themes()
    {
        QFETCH(bool, dark);
        Theme::setCurrent(dark);
        grids();
        targetsAndDifferences();
        plots();
        others();
    }

private:
    void grids()
    {
        const auto grid = [this](const SampleRun& run, std::int64_t step, const QString& name, QSize size,
                              GridMode mode, double ratio = 1.0) {
            RankGrid widget;
            widget.setModuleLayout(run.layout());
            if (step > 0) {
                widget.setSnapshot(run.snapshot(step));
                widget.setSelected(ModuleIndex {run.kinds * (run.layers / 2) + run.kinds - 1});
            } else {
                widget.setNote(QStringLiteral("Every matrix starts with rank 8. Ranks change after step 60."),
                    QStringLiteral("Each event then keeps the most important triplets over all 42 matrices; the others "
                                   "lose their λ. After step 420 half of the 336 are left."));
            }
            widget.setMode(mode);
            save(widget, name, size, ratio);
        };
        grid(tinyLlama, 1106, "grid-22", {486, 668}, GridMode::Rank);
        grid(tinyLlama, 1106, "grid-22-narrow", {420, 568}, GridMode::Rank);
        grid(tinyLlama, 1106, "grid-22-wide", {656, 840}, GridMode::Rank);
        grid(tinyLlama, 1106, "grid-22-125", {486, 668}, GridMode::Rank, 1.25);
        grid(tinyLlama, 1106, "grid-22-importance", {486, 668}, GridMode::Importance);
        grid(tinyLlama, 1106, "grid-22-lambda", {486, 668}, GridMode::LambdaSum);
        grid(tinyLlama, 1106, "grid-22-orth", {486, 668}, GridMode::Orthogonality);
        grid(demo, 0, "grid-6-idle", {486, 668}, GridMode::Rank);
        grid(demo, 300, "grid-6", {486, 668}, GridMode::Rank);
        grid({.layers = 5}, 1106, "grid-5", {420, 568}, GridMode::Rank);
        grid({.layers = 32, .initRank = 8}, 1106, "grid-32", {486, 668}, GridMode::Rank);
        grid(big, 1610, "grid-80", {530, 668}, GridMode::Rank);
        grid(big, 1610, "grid-80-narrow", {440, 568}, GridMode::Rank);
        grid({.layers = 126, .initRank = 16}, 1106, "grid-126", {486, 668}, GridMode::Rank);
        grid({.layers = 22, .kinds = 16}, 1106, "grid-16-kinds", {486, 668}, GridMode::Rank);
        grid({.layers = 12, .kinds = 2}, 1106, "grid-2-kinds", {420, 568}, GridMode::Rank);
    }

    void targetsAndDifferences()
    {
        RankGrid targets;
        std::vector<bool> ticked(22 * 7, true);
        ticked[0] = ticked[1] = ticked[7] = ticked[8] = false;
        targets.setTargets(tinyLlama.layout()->kinds, 22, ticked);
        save(targets, "targets-22", {296, 668});
        RankGrid many;
        many.setTargets(tinyLlama.layout()->kinds, 80, std::vector<bool>(80 * 7, true));
        save(many, "targets-80", {296, 668});
        RankGrid difference;
        const auto a = tinyLlama.snapshot(1106);
        const auto b = tinyLlama.snapshot(900);
        std::vector<std::int32_t> delta;
        for (std::size_t i = 0; i < a->modules.size(); ++i) {
            delta.push_back((b->modules[i].rank - a->modules[i].rank) * (i % 3 == 0 ? -1 : 1));
        }
        difference.setDifference(tinyLlama.layout(), delta);
        save(difference, "difference-22", {486, 560});
        RankGrid failed;
        failed.setSnapshot(tinyLlama.snapshot(1106));
        failed.setFailed(true);
        save(failed, "grid-22-failed", {486, 668});
        RankGrid loading;
        loading.setModuleLayout(tinyLlama.layout());
        loading.setLoading(QStringLiteral("Preparing: weights 3 of 5"));
        save(loading, "grid-22-loading", {486, 668});
    }

    void plots()
    {
        const auto plot = [this](const SampleRun& run, const QString& name, QSize size, auto prepare) {
            RunPlots widget;
            widget.setPlan(run.plan());
            if (run.now > 0) {
                widget.setHistory(run.history());
            }
            prepare(widget);
            save(widget, name, size);
        };
        const auto nothing = [](RunPlots&) {};
        SampleRun run = tinyLlama;
        plot(run, "plots", {428, 668}, nothing);
        plot(run, "plots-narrow", {310, 560}, nothing);
        plot(run, "plots-last200", {428, 668}, [](RunPlots& p) { p.setRange(PlotRange::Last200); });
        plot(run, "plots-shown", {428, 668}, [](RunPlots& p) { p.setShownStep(600); });
        plot(run, "plots-failed", {428, 668}, [](RunPlots& p) {
            p.setFailure(1106,
                QStringLiteral("The graphics memory was full: a block of 512 MiB was asked for, 210 MiB were free."));
        });
        run.now = 2000;
        plot(run, "plots-finished", {428, 668}, nothing);
        plot(big, "plots-80", {380, 668}, nothing);
        plot(demo, "plots-so-far", {428, 668}, nothing);
        SampleRun idle = demo;
        idle.now = 0;
        plot(idle, "plots-idle", {428, 668}, nothing);
        SampleRun fixed = tinyLlama;
        fixed.targetRank = 12.0;
        plot(fixed, "plots-fixed-rank", {428, 668}, nothing);
    }

    void others()
    {
        BudgetCurve budget;
        budget.setCurve(tinyLlama.plan(), BudgetValues::of(tinyLlama.plan()));
        save(budget, "budget", {416, 420});
        save(budget, "budget-small", {340, 220});
        BudgetCurve flat;
        SampleRun fixed = tinyLlama;
        fixed.targetRank = 12.0;
        flat.setCurve(fixed.plan(), BudgetValues::of(fixed.plan()));
        flat.setEditable(false);
        save(flat, "budget-flat", {416, 300});

        TripletList list;
        list.setModule(tinyLlama.snapshot(1106), ModuleIndex {69});
        list.setSelected(4);
        save(list, "triplets-12", {294, 290});
        TripletList longList;
        longList.setModule(big.snapshot(1610), ModuleIndex {256});
        save(longList, "triplets-32", {294, 290});
        TripletList early;
        early.setModule(tinyLlama.snapshot(100), ModuleIndex {69});
        save(early, "triplets-warm-up", {262, 290});

        timelines();

        ProgressLine progress;
        progress.setPlan(tinyLlama.plan());
        progress.setStep(1106);
        save(progress, "progress", {516, 10});
        ScaleGauge gauge;
        gauge.setScale(0.33);
        save(gauge, "scale-warn", {290, 46});
        gauge.setScale(2.0);
        save(gauge, "scale-fine", {262, 46});
        tokens();
    }

    void timelines()
    {
        const auto timeline
            = [this](const SampleRun& run, const QString& name, QSize size, std::int64_t shown, std::int64_t failed) {
                  EventTimeline widget;
                  widget.setPlan(run.plan());
                  const RunHistory history = run.history();
                  widget.setEvents(history.events);
                  std::vector<std::int64_t> evaluations;
                  for (const EvalPoint& point : history.evaluations) {
                      evaluations.push_back(point.step);
                  }
                  widget.setEvaluations(evaluations);
                  widget.setCheckpoints(
                      run.now > 1000 ? std::vector<std::int64_t> {500, 1000} : std::vector<std::int64_t> {});
                  widget.setNow(run.now);
                  widget.setShownStep(shown);
                  widget.setFailure(failed);
                  save(widget, name, size);
              };
        timeline(tinyLlama, "timeline", {1232, 86}, -1, -1);
        timeline(tinyLlama, "timeline-shown", {1094, 86}, 600, -1);
        timeline(tinyLlama, "timeline-failed", {1232, 86}, -1, 1106);
        SampleRun idle = demo;
        idle.now = 0;
        timeline(idle, "timeline-idle", {1232, 86}, -1, -1);
        SampleRun dense = tinyLlama;
        dense.interval = 1;
        timeline(dense, "timeline-dense", {1094, 86}, -1, -1);
    }

    void tokens()
    {
        TokenView view;
        std::vector<TokenSpan> spans {{QStringLiteral("<s>"), false, true}};
        const QString prompt
            = QStringLiteral("Question:| A| bakery| bak|es| 1|2| trays| of| 2|4| rolls| and| sells| 3| out| of| every| "
                             "4| rolls| before| noon.| How| many| rolls| are| left| for| the| after|noon?|\n|Answer:");
        for (const QString& text : prompt.split(QLatin1Char('|'))) {
            spans.push_back({text, false, false});
        }
        const QString answer = QStringLiteral(" The| bakery| bak|es| 1|2| ×| 2|4| =| 2|8|8| rolls|.| Before| noon| it| "
                                              "sells| 2|1|6|,| so| 7|2| are| left.|\n|####| 7|2");
        for (const QString& text : answer.split(QLatin1Char('|'))) {
            spans.push_back({text, true, false});
        }
        spans.push_back({QStringLiteral("</s>"), true, true});
        view.setTokens(spans);
        save(view, "tokens", {342, view.heightForWidth(342)});
        for (std::size_t i = 0; i < spans.size(); ++i) {
            spans[i].loss = spans[i].bearsLoss ? static_cast<double>(i % 11) / 2.0 : -1.0;
            spans[i].bearsLoss = false;
        }
        view.setTokens(spans);
        save(view, "tokens-loss", {342, view.heightForWidth(342)});
    }
};

QTEST_MAIN(Gallery)
#include "gallery.moc"

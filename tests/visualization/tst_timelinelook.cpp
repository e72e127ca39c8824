// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline's marks: all of them to be seen, none where the steps to come are, and evenly spaced in the key.
#include "tests/visualization/SampleRun.h"
#include "visualization/EventTimeline.h"
#include "visualization/Theme.h"

#include <QImage>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace spectune;
using spectune::test::SampleRun;

class TestTimelineLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// A checkpoint of the current step is done: it is not drawn where the steps to come are.
    void noMarkIsBehindTheLastStep()
    {
        SampleRun run;
        EventTimeline timeline;
        timeline.resize(1232, 80);
        timeline.setPlan(run.plan());
        for (const std::int64_t now : {301, 1106, 2000}) {
            timeline.setNow(now);
            timeline.setEvaluations(std::vector {now});
            timeline.setCheckpoints(std::vector {now});
            QVERIFY(timeline.checkpointRect(now).right() < timeline.evaluationRect(now).left());
        }
        timeline.setEvaluations(std::vector<std::int64_t> {1}); // at the track's begin there is no room before it
        timeline.setCheckpoints(std::vector<std::int64_t> {1});
        QVERIFY(!timeline.checkpointRect(1).intersects(timeline.evaluationRect(1)));
    }

    void theHeadCoversNoMark()
    {
        SampleRun run;
        EventTimeline timeline;
        timeline.resize(1232, 80);
        timeline.setPlan(run.plan());
        timeline.setNow(1106);
        timeline.setEvaluations(std::vector<std::int64_t> {400, 1106});
        timeline.setCheckpoints(std::vector<std::int64_t> {700});
        const Theme& theme = Theme::current();
        for (const std::int64_t shown : {-1, 400, 700}) {
            timeline.setShownStep(shown);
            const QImage image = timeline.grab().toImage();
            const std::int64_t step = shown < 0 ? 1106 : shown;
            const bool saved = step == 700;
            const QRectF mark = saved ? timeline.checkpointRect(step) : timeline.evaluationRect(step);
            for (const double down : {-2.0, 0.0, 1.0}) {
                const QPointF at = (mark.center() + QPointF(0.0, down)) * image.devicePixelRatio();
                QCOMPARE(image.pixel(static_cast<int>(at.x()), static_cast<int>(at.y())),
                    (saved ? theme.text2 : theme.eval).rgb());
            }
        }
    }

    void theKeyHasEvenGaps()
    {
        SampleRun run;
        EventTimeline timeline;
        timeline.resize(1232, 80);
        timeline.setPlan(run.plan());
        timeline.setNow(300);
        timeline.setFailure(300);
        const QRect key = timeline.keyPlace().key.toAlignedRect();
        const QImage image = timeline.grab().toImage();
        const double ratio = image.devicePixelRatio();
        const auto at = [&](int x, int y) { return image.pixel((QPointF(x, y) * ratio).toPoint()); };
        const auto inked = [&](int x) {
            for (int y = key.top(); y <= key.bottom(); ++y)
                if (at(x, y) != at(x, key.bottom() + 4))
                    return true;
            return false;
        };
        std::vector<int> gaps; // behind each mark, which stands behind a wide one
        int last = key.left() - 20;
        bool wasMark = false;
        for (int x = key.left(); x <= key.right(); ++x) {
            if (!inked(x))
                continue;
            const int gap = x - last - 1;
            if (gap > 0) {
                if (wasMark)
                    gaps.push_back(gap);
                wasMark = gap > 8;
            }
            last = x;
        }
        QCOMPARE(gaps.size(), std::size_t {3}); // evaluation, checkpoint, failed
        const auto [least, most] = std::ranges::minmax(gaps);
        QVERIFY2(least >= 3 && most - least <= 2, qPrintable(QStringLiteral("%1 to %2").arg(least).arg(most)));
    }
};

QTEST_MAIN(TestTimelineLook)
#include "tst_timelinelook.moc"

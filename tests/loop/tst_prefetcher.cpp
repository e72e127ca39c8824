// SPDX-License-Identifier: GPL-3.0-or-later
// One batch ahead: in the order of drawing, an error at the step that it belongs to, and nothing drawn beyond.
#include "tests/support/Tensors.h"
#include "training/core/Error.h"
#include "training/loop/Prefetcher.h"

#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// Batches numbered by their target count; the number @c fails cannot be drawn.
struct Source {
    std::int64_t drawn = 0;
    std::int64_t fails = -1;

    PreparedBatch next()
    {
        if (drawn == fails)
            throw ioError("the file has gone");
        PreparedBatch batch;
        batch.targetCount = drawn++;
        return batch;
    }
};

} // namespace

class TestPrefetcher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void orderIsThatOfDrawing()
    {
        Source source;
        Prefetcher ahead([&] { return source.next(); }, at::kCPU);
        for (std::int64_t i = 0; i < 6; ++i) {
            QCOMPARE(ahead.take().targetCount, i);
            if (i % 3 != 0) // with and without
                ahead.prepare();
            QCOMPARE(source.drawn, i % 3 != 0 ? i + 2 : i + 1);
        }
    }

    void onlyOneIsHeld()
    {
        Source source;
        Prefetcher ahead([&] { return source.next(); }, at::kCPU);
        ahead.prepare();
        ahead.prepare();
        QCOMPARE(source.drawn, std::int64_t {1});
    }

    void anErrorWaitsForItsStep()
    {
        Source source {.drawn = 0, .fails = 1};
        Prefetcher ahead([&] { return source.next(); }, at::kCPU);
        QCOMPARE(ahead.take().targetCount, std::int64_t {0});
        ahead.prepare(); // fails, and says nothing
        ahead.prepare();
        QCOMPARE(errorOf([&] { (void)ahead.take(); }), std::string("the file has gone"));
        source.fails = -1;
        QCOMPARE(ahead.take().targetCount, std::int64_t {1}); // it is told once
    }

    void anErrorNowIsThrownNow()
    {
        Source source {.drawn = 0, .fails = 0};
        Prefetcher ahead([&] { return source.next(); }, at::kCPU);
        QCOMPARE(errorOf([&] { (void)ahead.take(); }), std::string("the file has gone"));
    }
};

QTEST_GUILESS_MAIN(TestPrefetcher)
#include "tst_prefetcher.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/CompareEnums.h"
#include "training/core/Error.h"
#include "training/core/Index.h"
#include "training/core/StopToken.h"

#include <QtTest>

#include <new>

using namespace spectune;

namespace {

template <typename Exception>
Failure failureOf(const Exception& exception, std::int64_t step = -1)
{
    try {
        throw exception;
    } catch (...) {
        return Failure::fromCurrentException(step);
    }
}

} // namespace

class TestCoreValues : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exceptionsAsValues();
    void exitCodes();
    void stopTokenIsShared();
    void indices();
};

void TestCoreValues::exceptionsAsValues()
{
    const Failure error = failureOf(Error(FailureKind::Diverged, makeMessage("text"), makeMessage("detail")), 12);
    QCOMPARE(error.kind, FailureKind::Diverged);
    QCOMPARE(error.message.english(), std::string("text"));
    QCOMPARE(error.detail.english(), std::string("detail"));
    QCOMPARE(error.step, 12);
    QCOMPARE(failureOf(std::bad_alloc()).kind, FailureKind::OutOfMemory);
    QVERIFY(!failureOf(std::bad_alloc()).message.empty());
    QCOMPARE(failureOf(std::logic_error("text")).kind, FailureKind::Internal);
    QCOMPARE(failureOf(std::logic_error("text")).message.english(), std::string("text"));
    QCOMPARE(failureOf(3).kind, FailureKind::Internal);
    QCOMPARE(failureOf(configError("text")).kind, FailureKind::Config);
    QCOMPARE(failureOf(ioError("text")).kind, FailureKind::Io);
    QCOMPARE(failureOf(ioError("text")).step, -1);
}

void TestCoreValues::exitCodes()
{
    QCOMPARE(exitCode(FailureKind::Config), 2);
    QCOMPARE(exitCode(FailureKind::Io), 2);
    QCOMPARE(exitCode(FailureKind::OutOfMemory), 3);
    QCOMPARE(exitCode(FailureKind::Diverged), 4);
    QCOMPARE(exitCode(FailureKind::DeviceLost), 1);
    QCOMPARE(exitCode(FailureKind::Internal), 1);
    QCOMPARE(toString(FailureKind::OutOfMemory), "out of memory");
}

void TestCoreValues::stopTokenIsShared()
{
    const StopToken token;
    const StopToken copy = token;
    const StopToken other;
    token.throwIfStopped();
    copy.requestStop();
    QVERIFY(token.stopRequested());
    QVERIFY(!other.stopRequested());
    bool passedStandard = false;
    try {
        try {
            token.throwIfStopped();
        } catch (const std::exception&) {
            passedStandard = true;
        }
        QFAIL("nothing was thrown");
    } catch (const Stopped&) {
    }
    QVERIFY(!passedStandard);
}

void TestCoreValues::indices()
{
    QVERIFY(!ModuleIndex {}.isValid());
    QVERIFY(ModuleIndex {0}.isValid());
    QCOMPARE(ModuleIndex {3}.at(), std::size_t(3));
    QVERIFY(LayerIndex {1} < LayerIndex {2});
    static_assert(!std::is_convertible_v<LayerIndex, ModuleIndex>);
}

QTEST_GUILESS_MAIN(TestCoreValues)
#include "tst_corevalues.moc"

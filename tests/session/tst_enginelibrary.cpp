// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/CompareEnums.h"
#include "tests/support/SessionProbe.h"
#include "training/session/EngineLibrary.h"

#include <QtTest>

#include <QCoreApplication>
#include <QDir>
#include <QFile>

using namespace spectune;
using namespace spectune::test;

class TestEngineLibrary : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exceptionsCrossTheLibrarysBorder();
    void missingLibrary();
    void brokenLibrary();
    void libraryWithoutAnEngine();
    void searchesAroundTheProgram();

private:
    /// The Error of making an engine from @p library, as a Failure.
    static Failure failureOf(const std::string& library);
};

Failure TestEngineLibrary::failureOf(const std::string& library)
{
    try {
        static_cast<void>(engineFromLibrary(library)());
    } catch (...) {
        return Failure::fromCurrentException();
    }
    return {.kind = FailureKind::Internal, .message = makeMessage("nothing was thrown"), .detail = {}, .step = -1};
}

void TestEngineLibrary::exceptionsCrossTheLibrarysBorder()
{
    TrainingSession session(engineFromLibrary(qgetenv("SPECTUNE_FAKE_ENGINE").toStdString()));
    SessionProbe probe(session);
    QVERIFY(session.start({}));
    QVERIFY(probe.awaitState(SessionState::Failed));
    QCOMPARE(probe.lastChange().failure.kind, FailureKind::Diverged);
    QCOMPARE(probe.lastChange().failure.message.english(), std::string("From the library."));
    QCOMPARE(probe.lastChange().failure.detail.english(), std::string("detail"));
    RunRequest request;
    request.device = "stop";
    QVERIFY(session.start(request));
    QVERIFY(probe.awaitState(SessionState::Stopped));
    const Answer* const answer = probe.awaitAnswer(session.ask(InspectModel {}));
    QVERIFY(answer != nullptr);
    QCOMPARE(std::get<Failure>(*answer).kind, FailureKind::Io);
}

void TestEngineLibrary::missingLibrary()
{
    const Failure failure = failureOf("/nowhere/libspectune-engine.so");
    QCOMPARE(failure.kind, FailureKind::Io);
    QVERIFY(failure.message.english().find("/nowhere/libspectune-engine.so") != std::string::npos);
    QVERIFY(failure.message.english().find("run.sh") != std::string::npos);
    QVERIFY(failure.detail.english().find("No such file") != std::string::npos);
}

void TestEngineLibrary::brokenLibrary()
{
    QFile file(QDir::current().filePath(QStringLiteral("broken.so")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("not an ELF file");
    file.close();
    const Failure failure = failureOf(file.fileName().toStdString());
    QCOMPARE(failure.kind, FailureKind::Io);
    QVERIFY(!failure.detail.empty());
}

void TestEngineLibrary::libraryWithoutAnEngine()
{
    const Failure failure = failureOf("libm.so.6");
    QCOMPARE(failure.kind, FailureKind::Io);
    QVERIFY(failure.message.english().find("no training engine") != std::string::npos);
    QVERIFY(failure.detail.english().find(engineSymbol) != std::string::npos);
}

void TestEngineLibrary::searchesAroundTheProgram()
{
    const QString beside = QCoreApplication::applicationDirPath() + QStringLiteral("/libspectune-engine.so");
    const QString above = QDir::cleanPath(beside + QStringLiteral("/../../lib/libspectune-engine.so"));
    if (!QFile::exists(beside) && !QFile::exists(above)) {
        try {
            static_cast<void>(findEngineLibrary());
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QCOMPARE(error.kind(), FailureKind::Io);
            QVERIFY(std::string(error.what()).find(beside.toStdString()) != std::string::npos);
            QVERIFY(std::string(error.what()).find(above.toStdString()) != std::string::npos);
        }
    }
    const bool wasThere = QFile::exists(beside);
    if (!wasThere)
        QVERIFY(QFile::copy(QString::fromLocal8Bit(qgetenv("SPECTUNE_FAKE_ENGINE")), beside));
    const std::string found = findEngineLibrary().string();
    if (!wasThere)
        QFile::remove(beside);
    QCOMPARE(found, beside.toStdString());
}

QTEST_GUILESS_MAIN(TestEngineLibrary)
#include "tst_enginelibrary.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The last masking event of a run's folder, from the end of its file alone: what loadHistory() ends with.
#include "tests/support/Errors.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/RunHistory.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace spectune;
using spectune::testing::ioErrorOf;

namespace {

std::string eventLine(std::int64_t step, const std::string& ranks)
{
    return "{\"step\":" + std::to_string(step) + ",\"budget\":9,\"ranks\":{" + ranks
        + "},\"pruned\":4,\"revived\":1}\n";
}

} // namespace

class TestLastEvent : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void isWhereTheHistoryEnds_data();
    void isWhereTheHistoryEnds();
    void ofALongFileTheEndIsRead();
    void anUnusableLineIsRefused_data();
    void anUnusableLineIsRefused();

private:
    void write(const std::string& text) const { writeFileAtomically(m_folder / "ranks.jsonl", text); }

    std::unique_ptr<QTemporaryDir> m_owned;
    std::filesystem::path m_folder;
};

void TestLastEvent::init()
{
    m_owned = std::make_unique<QTemporaryDir>();
    m_folder = m_owned->path().toStdString();
}

void TestLastEvent::isWhereTheHistoryEnds_data()
{
    QTest::addColumn<QString>("text");
    const QString two = QString::fromStdString(eventLine(10, R"("a":3,"b":2)"))
        + QString::fromStdString(eventLine(20, R"("a":7,"b":0)"));
    QTest::newRow("whole lines") << two;
    QTest::newRow("a torn line") << two + QStringLiteral("{\"step\":30,\"budget\":9,\"ra");
    QTest::newRow("no newline at the end") << two.chopped(1);
    QTest::newRow("blank lines") << two + QStringLiteral("\n \r\n\n");
    QTest::newRow("one line") << QString::fromStdString(eventLine(20, R"("a":1,"b":0)"));
    QTest::newRow("a torn line alone") << QStringLiteral("{\"step\":30");
    QTest::newRow("nothing") << QString();
}

void TestLastEvent::isWhereTheHistoryEnds()
{
    QFETCH(QString, text);
    write(text.toStdString());
    const RunHistory all = loadHistory(m_folder);
    const RunHistory last = loadLastEvent(m_folder);
    QVERIFY(last.modules == all.modules);
    QVERIFY(last.metrics.empty() && last.evaluations.empty());
    QCOMPARE(last.events.size(), std::min<std::size_t>(1, all.events.size()));
    if (all.events.empty())
        return;
    QCOMPARE(last.events[0].step, all.events.back().step);
    QCOMPARE(last.events[0].budget, 9);
    QCOMPARE(last.events[0].pruned, 4);
    QVERIFY(last.events[0].ranks == all.events.back().ranks);
}

void TestLastEvent::ofALongFileTheEndIsRead()
{
    QVERIFY(loadLastEvent(m_folder).events.empty()); // without a file
    std::string ranks;
    for (int module = 0; module < 3000; ++module) // 90 kB a line: more than is read at first
        ranks += (module > 0 ? ",\"model.layers." : "\"model.layers.") + std::to_string(module) + ".q_proj\":4";
    write("{\"step\": what nobody reads\n" + eventLine(10, ranks) + eventLine(20, ranks));
    const RunHistory last = loadLastEvent(m_folder);
    QCOMPARE(last.events.size(), std::size_t {1});
    QCOMPARE(last.events[0].step, 20);
    QCOMPARE(last.events[0].ranks.size(), std::size_t {3000});
    QCOMPARE(last.modules.back(), "model.layers.2999.q_proj");
}

void TestLastEvent::anUnusableLineIsRefused_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("no ranks at all") << QByteArray(R"({"step":2,"budget":1,"ranks":{},"pruned":0,"revived":0})")
                                     << QByteArray("no matrix");
    QTest::newRow("half a rank") << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":1.5},"pruned":0,"revived":0})")
                                 << QByteArray("rank of \"a\"");
    QTest::newRow("a text") << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":"4"},"pruned":0,"revived":0})")
                            << QByteArray("rank of \"a\"");
    QTest::newRow("below 0") << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":-1},"pruned":0,"revived":0})")
                             << QByteArray("rank of \"a\"");
    QTest::newRow("too large") << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":9000000000},"pruned":0,"revived":0})")
                               << QByteArray("rank of \"a\"");
    QTest::newRow("no step") << QByteArray(R"({"budget":1,"ranks":{"a":1},"pruned":0,"revived":0})")
                             << QByteArray("\"step\"");
    QTest::newRow("no JSON") << QByteArray("a letter") << QByteArray("JSON");
}

void TestLastEvent::anUnusableLineIsRefused()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, word);
    write(eventLine(1, R"("a":3)") + line.toStdString() + "\n");
    const std::string message = ioErrorOf([&] { static_cast<void>(loadLastEvent(m_folder)); });
    QVERIFY2(message.starts_with((m_folder / "ranks.jsonl").string() + ": its last line"), message.c_str());
    QVERIFY2(message.find(word.constData()) != std::string::npos, message.c_str());
}

QTEST_GUILESS_MAIN(TestLastEvent)
#include "tst_lastevent.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// A message is a pattern and its values: filled in English once, and kept apart for translators.
#include "training/core/Error.h"

#include <QtTest>

using namespace spectune;

class TestMessage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void patternsAreFilled_data();
    void patternsAreFilled();
    void partsAreKept();
    void errorsCarryTheirMessage();
};

void TestMessage::patternsAreFilled_data()
{
    QTest::addColumn<QString>("english");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const Message& message, const char* expected) {
        QTest::newRow(name) << QString::fromStdString(message.english()) << QString::fromUtf8(expected);
    };
    row("none", makeMessage("All is well."), "All is well.");
    row("texts", makeMessage("%1 and %2", "one", std::string("two")), "one and two");
    row("numbers", makeMessage("%1, %2, %3", -3, std::uint64_t {18446744073709551615U}, 'x'),
        "-3, 18446744073709551615, x");
    row("path", makeMessage("%1: no such file.", std::filesystem::path("/a b/c")), "/a b/c: no such file.");
    row("in another order, twice", makeMessage("%2 before %1, %2", "b", "a"), "a before b, a");
    row("a value that looks like a place", makeMessage("%1 is %2", "%2", "%1"), "%2 is %1");
    row("per cent", makeMessage("10 % of %1, 100%", "it"), "10 % of it, 100%");
    row("a sentence in a sentence", makeMessage("%1: %2", "f.json", makeMessage("%1 is missing", "lr")),
        "f.json: lr is missing");
    row("nothing in a place", makeMessage("Could not read it.%1", Message()), "Could not read it.");
    row("verbatim", Message::verbatim("%1 stays"), "%1 stays");
}

void TestMessage::patternsAreFilled()
{
    QFETCH(QString, english);
    QFETCH(QString, expected);
    QCOMPARE(english, expected);
}

void TestMessage::partsAreKept()
{
    const Message inner = makeMessage("must be at least %1", 1);
    const Message message = makeMessage("%1 is %2, %3", "rank", 0, inner);
    QCOMPARE(message.pattern(), std::string("%1 is %2, %3"));
    QCOMPARE(message.values().size(), std::size_t {3});
    QVERIFY(message.values()[0] == Message::verbatim("rank"));
    QVERIFY(message.values()[2] == inner);
    QVERIFY(message == makeMessage("%1 is %2, %3", "rank", 0, inner));
    QVERIFY(!(message == Message::verbatim(message.english()))); // reads the same, is not the same to a translator
    QVERIFY(Message().empty() && Message::verbatim("x").pattern().empty());
}

void TestMessage::errorsCarryTheirMessage()
{
    const Error error = ioError("%1: has %2 rows.", "a.txt", 3);
    QCOMPARE(std::string(error.what()), std::string("a.txt: has 3 rows."));
    QCOMPARE(error.message().pattern(), std::string("%1: has %2 rows."));
    try {
        throw Error(
            FailureKind::Diverged, makeMessage("The loss of step %1 is not finite.", 7), Message::verbatim("NaN"));
    } catch (...) {
        const Failure failure = Failure::fromCurrentException(7);
        QCOMPARE(failure.message.values().at(0).english(), std::string("7"));
        QCOMPARE(failure.detail.english(), std::string("NaN"));
    }
}

QTEST_GUILESS_MAIN(TestMessage)
#include "tst_message.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The table by which a model normalises characters, in models made byte by byte.
#include "tests/data/SmallBpe.h"
#include "tests/support/Files.h"

#include "training/data/SentencePieceModel.h"
#include "training/data/Tokenizer.h"

#include <QtCore/QtEndian>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// "a b" becomes "ab": the table that sentencepiece 0.2.3 trains of this one rule.
std::string joiningTable()
{
    QByteArray table(4 + 4 * 256, '\0');
    const auto put = [&table](qsizetype at, quint32 value) { qToLittleEndian(value, table.data() + at); };
    put(0, 1024);
    const QList<quint32> path {0x18000, 0x8C61, 0x18C20, 0x1D62, 0x80000000};
    for (quint32 i = 0; i < 256; ++i)
        put(4 + 4 * i, i < path.size() ? path[i] : i ^ 1U);
    return (table + QByteArray("ab\0", 3)).toStdString();
}

std::string named(const std::string& rules, const std::string& table)
{
    return model(field(1, rules) + field(2, table));
}

} // namespace

class TestCharacterTables : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The rule holds across the place where a long text would be cut.
    void rulesOfOnesOwnForbidCuts()
    {
        const Folder folder;
        folder.write("tokenizer.model", named("user_defined", joiningTable()));
        std::string text;
        std::vector<std::int32_t> expected;
        for (int i = 0; i < 20'000; ++i) {
            text += "a b ";
            expected.insert(expected.end(), {5, 14}); // ▁a, b: as sentencepiece 0.1.99, 0.2.1 and 0.2.3
        }
        text += 'a';
        expected.push_back(5);
        QVERIFY(loadTokenizer(folder.path())->encode(text) == expected);
    }

    void knownRulesAllowCuts()
    {
        const auto mayCut
            = [](const std::string& bytes) { return SentencePieceModel::parse(bytes, "f").mayCutAtSpaces(); };
        for (const char* rules : {"identity", "nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf"})
            QVERIFY2(mayCut(named(rules, joiningTable())), rules);
        for (const char* rules : {"user_defined", "", "nmt", "identity2"}) {
            QVERIFY2(!mayCut(named(rules, joiningTable())), rules);
            QVERIFY2(mayCut(named(rules, {})), rules);
        }
        QVERIFY(!mayCut(model(field(2, joiningTable()))));
        QVERIFY(!mayCut(named("user_defined", joiningTable()) + field(3, {}))); // fields of both count
        QVERIFY(mayCut(model()));
    }

    void refusesDamagedCharacterTables_data()
    {
        QTest::addColumn<QByteArray>("table");
        QTest::addColumn<bool>("good");
        const auto row = [](const char* name, quint32 size, const QMap<int, quint32>& units, const QByteArray& rest,
                             bool good = false) {
            QByteArray table(1028, '\0'); // a trie of one block
            const auto put = [&table](qsizetype at, quint32 value) { qToLittleEndian(value, table.data() + at); };
            put(0, size);
            for (auto unit = units.begin(); unit != units.end(); ++unit)
                put(4 + 4 * unit.key(), unit.value());
            QTest::newRow(name) << table + rest << good;
        };
        const QByteArray rest("x\0", 2);
        row("empty trie", 1024, {}, rest, true);
        row("first unit all ones", 1024, {{0, 0xFFFFFFFFU}}, rest);
        row("child outside", 1024, {{'a', 0x40000U | 'a'}}, rest);
        row("value outside", 1024, {{'a', 0x100U | 'a' | 1U << 10U}, {'a' ^ 1, 0x80000002U}}, rest);
        row("value inside", 1024, {{'a', 0x100U | 'a' | 1U << 10U}, {'a' ^ 1, 0x80000000U}}, rest, true);
        row("larger than the table", 4096, {}, rest);
        row("no whole block", 1020, {}, rest);
        row("no replacements", 1024, {}, {});
        row("endless replacement", 1024, {}, "x");
        QTest::newRow("cut in its size") << QByteArray("\0\4", 2) << false;
    }

    void refusesDamagedCharacterTables()
    {
        QFETCH(QByteArray, table);
        QFETCH(bool, good);
        const Folder folder;
        folder.write("tokenizer.model", model(field(2, table.toStdString())));
        const std::string error = errorOf([&] { (void)loadTokenizer(folder.path())->encode("a foo"); });
        QCOMPARE(error.empty(), good);
        QVERIFY2(good || (contains(error, "tokenizer.model: ") && contains(error, "damaged")), error.c_str());
        folder.write("tokenizer.model", model() + field(5, field(2, table.toStdString())));
        QCOMPARE(errorOf([&] { (void)loadTokenizer(folder.path()); }).empty(), good);
    }
};

QTEST_GUILESS_MAIN(TestCharacterTables)
#include "tst_charactertables.moc"

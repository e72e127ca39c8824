// SPDX-License-Identifier: GPL-3.0-or-later
// Which matrices are adapted: products where they are some, single matrices where they are not, and back.
#include "training/config/TargetSelection.h"

#include <QtTest/QtTest>

using namespace spectune;

namespace {

const std::vector<std::string> kinds {"q_proj", "k_proj", "up_proj"};

std::vector<bool> grid(const char* rows)
{
    std::vector<bool> ticked;
    for (const char* c = rows; *c != '\0'; ++c) {
        if (*c != ' ')
            ticked.push_back(*c == 'x');
    }
    return ticked;
}

} // namespace

class TargetSelectionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEntries();
    void ticksAndBack_data();
    void ticksAndBack();
    void everyGridComesBack();
    void aConfigurationsThreeLists();
};

void TargetSelectionTest::readsEntries()
{
    const auto one = ModulePattern::parse("3.q_proj");
    QVERIFY(one && one->holds(3, "q_proj") && !one->holds(2, "q_proj") && !one->holds(3, "k_proj"));
    const auto some = ModulePattern::parse("2-5.v_proj");
    QVERIFY(some && some->holds(2, "v_proj") && some->holds(5, "v_proj") && !some->holds(6, "v_proj"));
    const auto all = ModulePattern::parse("*.o_proj");
    QVERIFY(all && all->holds(0, "o_proj") && all->holds(999, "o_proj") && !all->last);
    for (const char* text : {"", ".", "q_proj", "3.", ".q_proj", "-1.q_proj", "5-2.q_proj", "1-.q_proj", "a.q_proj",
             "3.q proj", "3.mlp.up_proj", "**.q_proj", "99999999999999999999.q_proj", "+3.q_proj", "3.q*"})
        QVERIFY2(!ModulePattern::parse(text), text);
}

void TargetSelectionTest::ticksAndBack_data()
{
    QTest::addColumn<QString>("rows");
    QTest::addColumn<QString>("kinds");
    QTest::addColumn<QString>("layers");
    QTest::addColumn<QString>("modules");
    QTest::newRow("all") << "xxx xxx xxx xxx"
                         << ""
                         << ""
                         << "";
    QTest::newRow("a column") << "x.. x.. x.. x.."
                              << "q_proj"
                              << ""
                              << "";
    QTest::newRow("rows") << "... xxx ... xxx"
                          << ""
                          << "1,3"
                          << "";
    QTest::newRow("a rectangle") << "... xx. xx. ..."
                                 << "q_proj,k_proj"
                                 << "1,2"
                                 << "";
    QTest::newRow("one") << "... ... .x. ..."
                         << "k_proj"
                         << "2"
                         << "";
    QTest::newRow("all but two") << "..x xxx xxx xxx"
                                 << ""
                                 << ""
                                 << "1-3.q_proj,1-3.k_proj,*.up_proj";
    QTest::newRow("a hole") << "xxx x.x xxx xxx"
                            << ""
                            << ""
                            << "*.q_proj,0.k_proj,2-3.k_proj,*.up_proj";
    QTest::newRow("a diagonal") << "x.. .x. ..x ..."
                                << ""
                                << ""
                                << "0.q_proj,1.k_proj,2.up_proj";
}

void TargetSelectionTest::ticksAndBack()
{
    QFETCH(QString, rows);
    const std::vector<bool> ticked = grid(qPrintable(rows));
    const TargetSelection selection = TargetSelection::fromTicks(ticked, kinds, 4);
    const auto joined = [](const auto& list) {
        QStringList texts;
        for (const auto& entry : list) {
            if constexpr (std::is_same_v<std::decay_t<decltype(entry)>, std::string>)
                texts << QString::fromStdString(entry);
            else
                texts << QString::number(entry);
        }
        return texts.join(u',');
    };
    QTEST(joined(selection.kinds), "kinds");
    QTEST(joined(selection.layers), "layers");
    QTEST(joined(selection.modules), "modules");
    QVERIFY(selection.ticks(kinds, 4) == ticked);
}

void TargetSelectionTest::everyGridComesBack()
{
    constexpr unsigned cells = 12; // 4 layers of 3 kinds
    for (unsigned bits = 1; bits < 1U << cells; ++bits) {
        std::vector<bool> ticked;
        for (unsigned cell = 0; cell < cells; ++cell)
            ticked.push_back((bits >> cell & 1U) != 0);
        const TargetSelection selection = TargetSelection::fromTicks(ticked, kinds, 4);
        QVERIFY2(selection.ticks(kinds, 4) == ticked, qPrintable(QString::number(bits, 2)));
        for (const std::string& entry : selection.modules)
            QVERIFY2(ModulePattern::parse(entry), entry.c_str());
    }
}

void TargetSelectionTest::aConfigurationsThreeLists()
{
    AdaLoraConfig config;
    QVERIFY(TargetSelection::of(config).holds(7, "anything"));
    config.targets = {"q_proj"};
    config.layers = {1, 2};
    QVERIFY(TargetSelection::of(config).holds(2, "q_proj"));
    QVERIFY(!TargetSelection::of(config).holds(3, "q_proj"));
    config.modules = {"broken", "5.k_proj"};
    QVERIFY(TargetSelection::of(config).holds(5, "k_proj"));
    QVERIFY(!TargetSelection::of(config).holds(2, "q_proj")); // they alone count
}

QTEST_APPLESS_MAIN(TargetSelectionTest)
#include "tst_targetselection.moc"

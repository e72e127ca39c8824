// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FakeEngine.h"
#include "training/monitor/RankSnapshot.h"

#include <QtTest>

using namespace spectune;

class TestModuleLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsByPlaceAndByName();
    void kindNames();
    void tripletsOfAModule();
};

void TestModuleLayout::findsByPlaceAndByName()
{
    const auto layout = test::fakeLayout(3, 4);
    QCOMPARE(layout->tripletCount(), 24);
    QVERIFY(layout->find(LayerIndex {1}, KindIndex {1}) == ModuleIndex {3});
    QVERIFY(layout->find("model.layers.2.self_attn.q_proj") == ModuleIndex {4});
    QVERIFY(!layout->find(LayerIndex {3}, KindIndex {0}).isValid());
    QVERIFY(!layout->find(LayerIndex {0}, KindIndex {2}).isValid());
    QVERIFY(!layout->find("model.layers.2.self_attn.q").isValid());
    QVERIFY(!ModuleLayout {}.find("").isValid());
    for (std::int32_t index = 0; index < 6; ++index) {
        const ModuleInfo& module = (*layout)[ModuleIndex {index}];
        QVERIFY(layout->find(module.layer, module.kind) == ModuleIndex {index});
        QVERIFY(layout->find(module.name) == ModuleIndex {index});
    }
    QVERIFY_EXCEPTION_THROWN(static_cast<void>((*layout)[ModuleIndex {6}]), std::out_of_range);
}

void TestModuleLayout::kindNames()
{
    QCOMPARE(shortKindName("q_proj"), std::string_view("q"));
    QCOMPARE(shortKindName("down_proj"), std::string_view("down"));
    QCOMPARE(shortKindName("fc1"), std::string_view("fc1"));
    QCOMPARE(shortKindName("_proj"), std::string_view("_proj"));
    for (const char* kind : {"q_proj", "k_proj", "v_proj", "o_proj"})
        QVERIFY(isAttentionKind(kind));
    for (const char* kind : {"gate_proj", "up_proj", "down_proj", "q", ""})
        QVERIFY(!isAttentionKind(kind));
}

void TestModuleLayout::tripletsOfAModule()
{
    RankSnapshot snapshot;
    snapshot.layout = test::fakeLayout(2, 4);
    snapshot.triplets.resize(16);
    QCOMPARE(snapshot.tripletsOf(ModuleIndex {0}), snapshot.triplets.data());
    QCOMPARE(snapshot.tripletsOf(ModuleIndex {3}), snapshot.triplets.data() + 12);
}

QTEST_GUILESS_MAIN(TestModuleLayout)
#include "tst_modulelayout.moc"

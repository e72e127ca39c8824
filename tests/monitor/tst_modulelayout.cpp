// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/FakeScript.h"
#include "training/monitor/RankSnapshot.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayReader.h"

#include <QtTest>

using namespace spectune;

namespace {

/// A layout's record in replay.bin with @p modules modules, all in one place.
std::string layoutRecord(std::uint64_t initRank, std::uint64_t layers, std::uint64_t layer, int modules)
{
    replay::Packer packer(replay::Kind::Layout);
    packer.whole(initRank);
    packer.whole(layers);
    packer.whole(1);
    packer.text("q_proj");
    packer.whole(static_cast<std::uint64_t>(modules));
    for (int module = 0; module < modules; ++module) {
        packer.text("m");
        packer.whole(layer);
        for (const std::uint64_t value : {0, 8, 8}) // kind, in, out
            packer.whole(value);
    }
    return replay::framed(packer.bytes());
}

/// A masking event without changes.
std::string flipsRecord(std::uint64_t step)
{
    replay::Packer packer(replay::Kind::Flips);
    packer.whole(step);
    packer.whole(2);
    const float threshold = 0.0F;
    packer.raw(&threshold, 1);
    packer.whole(0);
    return replay::framed(packer.bytes());
}

} // namespace

class TestModuleLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsByPlaceAndByName();
    void kindNames();
    void tripletsOfAModule();
    void damagedLayoutsAreNoLayouts();
    void oneLayoutIsAllThatAReplayHas();
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

void TestModuleLayout::damagedLayoutsAreNoLayouts()
{
    const auto eventsWith = [](const std::string& layout) {
        return ReplayReader::fromBytes(replay::head(0) + layout + flipsRecord(1)).eventCount();
    };
    QCOMPARE(eventsWith(layoutRecord(2, 3, 1, 2)), 1U);
    QCOMPARE(eventsWith(layoutRecord(2, 3, 3, 2)), 0U); // behind the last layer
    QCOMPARE(eventsWith(layoutRecord(2, 3, 0xFFFFFFFF, 2)), 0U); // -1
    QCOMPARE(eventsWith(layoutRecord(std::uint64_t {1} << 62U, 3, 1, 4)), 0U); // 2^64 triplets are none in 64 bits
    QCOMPARE(eventsWith(layoutRecord(std::uint64_t {1} << 63U, 3, 1, 2)), 0U);
}

void TestModuleLayout::oneLayoutIsAllThatAReplayHas()
{
    const std::string good = replay::head(0) + layoutRecord(2, 3, 1, 2) + flipsRecord(1);
    const ReplayReader reader = ReplayReader::fromBytes(good + layoutRecord(64, 3, 1, 2) + flipsRecord(2));
    QCOMPARE(reader.eventCount(), 1U); // what came before it holds
    QCOMPARE(reader.snapshotAt(0)->triplets.size(), 4U);
}

QTEST_GUILESS_MAIN(TestModuleLayout)
#include "tst_modulelayout.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The flat order of P, λ and Q where every module has a rank of its own, and parts of an arena.
#include "tests/support/Tensors.h"
#include "training/nn/TripletSelection.h"

#include <array>
#include <set>
#include <utility>
#include <vector>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// Five matrices of two blocks; q and k read one input, and their widths are shared with others' P.
ModuleLayout layoutOfFive(std::int64_t rank)
{
    ModuleLayout layout {.modules = {}, .kinds = {"q_proj", "k_proj", "down_proj"}, .layerCount = 2, .initRank = rank};
    const auto add = [&](const char* name, std::int32_t layer, std::int32_t kind, std::int64_t in, std::int64_t out) {
        layout.modules.push_back({.name = "model.layers." + std::to_string(layer) + name,
            .layer = {layer},
            .kind = {kind},
            .inFeatures = in,
            .outFeatures = out});
    };
    for (const std::int32_t layer : {0, 1}) {
        add(".self_attn.q_proj", layer, 0, 5, 7);
        add(".self_attn.k_proj", layer, 1, 5, 3);
    }
    add(".mlp.down_proj", 1, 2, 7, 5);
    return layout;
}

const std::vector<std::vector<std::int64_t>>& someRanks()
{
    static const std::vector<std::vector<std::int64_t>> ranks {
        {4, 4, 4, 4, 4}, {1, 3, 0, 2, 4}, {0, 0, 0, 0, 1}, {2, 0, 2, 0, 0}, {0, 0, 0, 0, 0}};
    return ranks;
}

at::Tensor numbered(const ArenaOrder& order)
{
    return at::arange(order.size(), at::kDouble) + 1.0;
}

/// @p ranks of each module's 4 triplets, not the first ones.
at::Tensor chosenOf(const std::vector<std::int64_t>& ranks)
{
    constexpr std::array<std::int64_t, 4> order {2, 0, 3, 1};
    at::Tensor chosen = at::zeros({static_cast<std::int64_t>(ranks.size()), 4}, at::kBool);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        for (std::int64_t j = 0; j < ranks[i]; ++j)
            chosen[static_cast<std::int64_t>(i)][order[static_cast<std::size_t>(j)]] = true;
    }
    return chosen;
}

} // namespace

class TestArenaOrder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Every element belongs to exactly one factor or λ, and the views have the modules' shapes.
    void coversTheBufferOnce()
    {
        const ModuleLayout layout = layoutOfFive(4);
        for (const auto& ranks : someRanks()) {
            const ArenaOrder order(layout, ranks);
            const at::Tensor flat = numbered(order);
            std::multiset<double> seen;
            const auto note = [&seen](const at::Tensor& view) {
                const at::Tensor own = view.contiguous();
                for (std::int64_t i = 0; i < own.numel(); ++i)
                    seen.insert(own.const_data_ptr<double>()[i]);
            };
            std::int64_t triplets = 0;
            for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
                const auto m = static_cast<std::size_t>(i);
                const ModuleInfo& module = layout.modules[m];
                QCOMPARE(order.rank({i}), ranks[m]);
                QVERIFY(order.q(flat, {i}).sizes() == at::IntArrayRef({ranks[m], module.inFeatures}));
                QVERIFY(order.pT(flat, {i}).sizes() == at::IntArrayRef({ranks[m], module.outFeatures}));
                note(order.q(flat, {i}));
                note(order.pT(flat, {i}));
                note(order.lambda(flat, {i}));
                triplets += ranks[m];
            }
            QCOMPARE(order.tripletCount(), triplets);
            QCOMPARE(static_cast<std::int64_t>(seen.size()), order.size());
            QCOMPARE(static_cast<std::int64_t>(std::set<double>(seen.begin(), seen.end()).size()), order.size());
        }
    }

    void equalRanksAreEven()
    {
        const ModuleLayout layout = layoutOfFive(4);
        const ArenaOrder order(layout, {4, 4, 4, 4, 4});
        const at::Tensor flat = numbered(order);
        QVERIFY(order.isEven() && order.size() == ArenaOrder(layout).size());
        QVERIFY(order.lambda(flat).sizes() == at::IntArrayRef({5, 4}));
        const ArenaOrder uneven(layout, {1, 3, 0, 2, 4});
        QVERIFY(!uneven.isEven());
        QVERIFY_EXCEPTION_THROWN((void)uneven.lambda(numbered(uneven)), c10::Error);
        QVERIFY_EXCEPTION_THROWN((void)uneven.group(numbered(uneven), 0), c10::Error);
    }

    /// The chosen triplets come out in their order, and go back to where they were; nothing else is touched.
    void selectionTakesAndPuts()
    {
        const ModuleLayout layout = layoutOfFive(4);
        const ArenaOrder whole(layout);
        const at::Tensor flat = numbered(whole);
        for (const auto& ranks : someRanks()) {
            const at::Tensor chosen = chosenOf(ranks);
            const TripletSelection selection(layout, chosen);
            const at::Tensor part = selection.take(flat);
            QCOMPARE(part.numel(), selection.order().size());
            for (std::int32_t i = 0; i < whole.moduleCount(); ++i) {
                QCOMPARE(selection.order().rank({i}), ranks[static_cast<std::size_t>(i)]);
                const at::Tensor rows = chosen[i].nonzero().squeeze(1);
                QVERIFY(at::equal(selection.order().q(part, {i}), whole.q(flat, {i}).index_select(0, rows)));
                QVERIFY(at::equal(selection.order().pT(part, {i}), whole.pT(flat, {i}).index_select(0, rows)));
                QVERIFY(at::equal(selection.order().lambda(part, {i}), whole.lambda(flat, {i}).index_select(0, rows)));
            }
            const TripletSelection others(layout, chosen.logical_not());
            const at::Tensor again = at::zeros_like(flat);
            selection.put(part, again);
            QVERIFY(at::equal(others.take(again), at::zeros({others.order().size()}, at::kDouble)));
            others.put(others.take(flat), again);
            QVERIFY(at::equal(again, flat));
            QVERIFY(at::equal(selection.takeByTriplet(whole.lambda(flat)), selection.order().lambdas(part)));
        }
    }

    /// Adam's moments of a method whose λ is not trained.
    void selectionWithoutLambda()
    {
        const ModuleLayout layout = layoutOfFive(4);
        const ArenaOrder whole(layout);
        const at::Tensor moments = numbered(whole).narrow(0, 0, whole.lambdaOffset());
        const TripletSelection selection(layout, chosenOf({1, 3, 0, 2, 4}));
        const at::Tensor part = selection.take(moments);
        QCOMPARE(part.numel(), selection.order().lambdaOffset());
        const at::Tensor again = at::zeros_like(moments);
        selection.put(part, again);
        QVERIFY(at::equal(selection.take(again), part));
        QCOMPARE(again.sum().item<double>(), part.sum().item<double>());
    }
};

QTEST_GUILESS_MAIN(TestArenaOrder)
#include "tst_arenaorder.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The training forward: against evaluation, against finite differences, and with blocks computed twice.
#include "tests/support/Tensors.h"
#include "training/nn/CrossEntropy.h"
#include "training/nn/TripletArena.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Setup {
    std::shared_ptr<DecoderModel> model;
    ModuleLayout layout;
    std::unique_ptr<TripletArena> arena;
    at::Tensor tokens;
    at::Tensor targets;
    AdapterPass pass;

    Setup(const std::string& name, double dropout, std::vector<std::string> targetsOf = {},
        at::ScalarType type = at::kDouble, std::vector<std::int64_t> layers = {})
        : model(loadWeights(tinyModel(name), type))
        , layout(adaptedLayout(model->spec(), targetsOf, layers, 3))
    {
        Random random(7);
        const auto adapterType = type == at::kDouble ? at::kDouble : at::kFloat;
        arena
            = std::make_unique<TripletArena>(layout, 0.7, /*trainLambda=*/true, at::TensorOptions().dtype(adapterType));
        arena->values.copy_(random.normal({arena->order.size()}) * 0.2);
        tokens = random.integers(model->spec().vocabulary, {3, 8});
        targets = random.integers(model->spec().vocabulary, {3, 8});
        targets[1].narrow(0, 0, 5).fill_(-100);
        pass.anchor = arena->anchor;
        pass.dropout = dropout;
        if (dropout > 0.0)
            pass.generator = at::detail::createCPUGenerator(3);
    }

    at::Tensor loss(bool recompute)
    {
        return chunkedCrossEntropy(
            model->trainingForward(tokens, arena->adapters, pass, recompute), model->head(), targets, 19.0);
    }

    /// Loss, and the gradients of all triplets in the arena.
    double backward(bool recompute)
    {
        arena->gradients.zero_();
        const at::Tensor value = loss(recompute);
        value.backward();
        return value.item<double>();
    }
};

} // namespace

class TestRecompute : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void trainingForwardIsTheEvaluationsForward_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama-untied", "llama-bias", "llama-head-dim", "mistral-window"})
            QTest::newRow(name) << name;
    }
    void trainingForwardIsTheEvaluationsForward()
    {
        QFETCH(const QString, name);
        Setup setup(name.toStdString(), 0.0);
        const at::Tensor trained = setup.model->trainingForward(setup.tokens, setup.arena->adapters, setup.pass, false);
        const at::Tensor evaluated = setup.model->forward(setup.tokens, &setup.arena->adapters);
        QVERIFY(relativeDifference(trained.detach(), evaluated) <= 1e-14);
        QVERIFY(relativeDifference(evaluated, setup.model->forward(setup.tokens, nullptr)) > 1e-3); // adapters act
    }

    /// Central differences of the loss along random directions and along single triplets' elements.
    void gradientsAreThoseOfTheLoss_data() { trainingForwardIsTheEvaluationsForward_data(); }
    void gradientsAreThoseOfTheLoss()
    {
        QFETCH(const QString, name);
        Setup setup(name.toStdString(), 0.0);
        setup.backward(false);
        const at::Tensor gradients = setup.arena->gradients.clone();
        const at::Tensor start = setup.arena->values.clone();
        Random random(8);
        for (int i = 0; i < 6; ++i) {
            at::Tensor direction = random.normal({start.numel()});
            direction /= direction.norm();
            const double step = 1e-5;
            setup.arena->values.copy_(start + step * direction);
            const double above = setup.loss(false).item<double>();
            setup.arena->values.copy_(start - step * direction);
            const double below = setup.loss(false).item<double>();
            const double along = (gradients * direction).sum().item<double>();
            const double slope = (above - below) / (2.0 * step);
            QVERIFY2(std::abs(slope - along) <= 1e-7 * std::max(1.0, gradients.norm().item<double>()),
                qPrintable(QString("%1 %2").arg(slope).arg(along)));
        }
    }

    void recomputedBlocksGiveTheSameGradients_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("dropout");
        QTest::addColumn<QStringList>("targets");
        QTest::newRow("all matrices") << "llama-untied" << 0.0 << QStringList();
        QTest::newRow("dropout") << "llama-untied" << 0.25 << QStringList();
        QTest::newRow("window, dropout") << "mistral-window" << 0.5 << QStringList();
        QTest::newRow("bias, three blocks' worth of nothing but v") << "llama-bias" << 0.1 << QStringList {"v_proj"};
        QTest::newRow("nothing but down") << "llama-sharded" << 0.1 << QStringList {"down_proj"};
    }

    void recomputedBlocksGiveTheSameGradients()
    {
        QFETCH(const QString, name);
        QFETCH(const double, dropout);
        QFETCH(const QStringList, targets);
        std::vector<std::string> chosen;
        for (const QString& target : targets)
            chosen.push_back(target.toStdString());
        Setup plain(name.toStdString(), dropout, chosen);
        Setup twice(name.toStdString(), dropout, chosen);
        for (int pass = 0; pass < 2; ++pass) { // the second shows that the generators stand alike
            const double loss = plain.backward(false);
            QCOMPARE(twice.backward(true), loss);
            QVERIFY(plain.arena->gradients.abs().max().item<double>() > 0.0);
            QVERIFY(relativeDifference(twice.arena->gradients, plain.arena->gradients) <= 1e-14);
            if (dropout > 0.0)
                QVERIFY(at::equal(plain.pass.generator->get_state(), twice.pass.generator->get_state()));
        }
    }

    /// Blocks below the first adapted one have no gradient to compute again; those above it have.
    void recomputationBeginsAtTheFirstAdaptedBlock_data()
    {
        QTest::addColumn<int>("layer");
        for (int layer = 0; layer < 3; ++layer)
            QTest::addRow("block %d of 3", layer) << layer;
    }
    void recomputationBeginsAtTheFirstAdaptedBlock()
    {
        QFETCH(const int, layer);
        Setup plain("llama-sharded", 0.1, {"q_proj", "down_proj"}, at::kDouble, {layer});
        Setup twice("llama-sharded", 0.1, {"q_proj", "down_proj"}, at::kDouble, {layer});
        QCOMPARE(plain.model->spec().layers, std::int64_t {3});
        QCOMPARE(twice.backward(true), plain.backward(false));
        QVERIFY(plain.arena->gradients.abs().max().item<double>() > 0.0);
        QVERIFY(relativeDifference(twice.arena->gradients, plain.arena->gradients) <= 1e-14);
    }

    /// A prompt in pieces: what goes on behind a filled cache sees all that is before it, and nothing to its right.
    void piecesThroughTheCacheAreTheWhole_data() { trainingForwardIsTheEvaluationsForward_data(); }
    void piecesThroughTheCacheAreTheWhole()
    {
        QFETCH(const QString, name);
        Setup setup(name.toStdString(), 0.0);
        const at::Tensor whole = setup.model->forward(setup.tokens, &setup.arena->adapters);
        KeyValueCache cache;
        std::vector<at::Tensor> pieces;
        for (const at::Tensor& piece : at::split_with_sizes(setup.tokens, {2, 3, 1, 2}, 1))
            pieces.push_back(setup.model->forward(piece, &setup.arena->adapters, &cache));
        QVERIFY(relativeDifference(at::cat(pieces, 1), whole) <= 1e-14);
    }

    void bfloat16BaseTrainsFloat32Triplets()
    {
        Setup exact("llama-untied", 0.0);
        Setup coarse("llama-untied", 0.0, {}, at::kBFloat16);
        const double loss = exact.backward(false);
        QVERIFY(std::abs(coarse.backward(false) - loss) <= 20.0 / 512.0 * loss); // see tst_logits: two blocks
        QVERIFY(coarse.arena->gradients.scalar_type() == at::kFloat);
        const at::Tensor a = exact.arena->gradients;
        const at::Tensor b = coarse.arena->gradients.to(at::kDouble);
        const double cosine = ((a * b).sum() / (a.norm() * b.norm())).item<double>();
        QVERIFY2(cosine > 0.999, qPrintable(QString::number(cosine, 'g', 9)));
        Setup recomputed("llama-untied", 0.0, {}, at::kBFloat16);
        recomputed.backward(true);
        QVERIFY(identical(recomputed.arena->gradients, coarse.arena->gradients));
    }
};

QTEST_GUILESS_MAIN(TestRecompute)
#include "tst_recompute.moc"

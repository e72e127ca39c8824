// SPDX-License-Identifier: GPL-3.0-or-later
// Generation's forward: a text in pieces, through the cache of keys and values.
#include "tests/support/Tensors.h"
#include "training/nn/DecoderModel.h"

using namespace spectune;
using namespace spectune::testing;

class TestCache : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// A prompt in pieces: what goes on behind a filled cache sees all that is before it, and nothing to its right.
    void piecesThroughTheCacheAreTheWhole_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama-untied", "llama-bias", "llama-head-dim", "mistral-window"})
            QTest::newRow(name) << name;
    }
    void piecesThroughTheCacheAreTheWhole()
    {
        QFETCH(const QString, name);
        const auto model = loadWeights(tinyModel(name.toStdString()), at::kDouble);
        Random random(7);
        const at::Tensor tokens = random.integers(model->spec().vocabulary, {3, 8});
        const at::Tensor whole = model->forward(tokens, nullptr);
        KeyValueCache cache;
        std::vector<at::Tensor> pieces;
        for (const at::Tensor& piece : at::split_with_sizes(tokens, {2, 3, 1, 2}, 1))
            pieces.push_back(model->forward(piece, nullptr, &cache));
        QVERIFY(relativeDifference(at::cat(pieces, 1), whole) <= 1e-14);
    }
};

QTEST_GUILESS_MAIN(TestCache)
#include "tst_cache.moc"

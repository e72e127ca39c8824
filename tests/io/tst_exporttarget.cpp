// SPDX-License-Identifier: GPL-3.0-or-later
// What all exports share: where they may go, how much room they need, and what becomes of one that was read back wrong.
#include "tests/support/Tensors.h"
#include "training/core/AtomicFile.h"
#include "training/io/AdapterFiles.h"
#include "training/io/ExportTarget.h"

#include <cmath>
#include <limits>

using namespace spectune;
using namespace spectune::testing;

class TestExportTarget : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsAndMarksWhatDiffers_data()
    {
        QTest::addColumn<double>("difference");
        QTest::addColumn<bool>("verified");
        QTest::newRow("equal") << 0.0 << true;
        QTest::newRow("allowed") << 1e-6 << true;
        QTest::newRow("too much") << 1.01e-6 << false;
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << false;
        QTest::newRow("not a number") << std::nan("") << false;
    }

    void keepsAndMarksWhatDiffers()
    {
        QFETCH(const double, difference);
        QFETCH(const bool, verified);
        const Folder folder;
        const auto target = folder.path() / "out";
        AtomicDirectory made(target);
        writeFileAtomically(made.path() / "weights", "0123456789");
        ExportReport report {
            .format = "peft-lora", .path = target.string(), .maxDifference = difference, .maxDelta = 0.1};
        concludeExport(made, report, 1e-6);
        QCOMPARE(report.verified, verified);
        QCOMPARE(report.bytes, std::int64_t {10});
        QCOMPARE(readFile(target / "weights"), std::string("0123456789"));
        QCOMPARE(std::filesystem::exists(target / unverifiedMark), !verified);
        if (!verified)
            QVERIFY(contains(readFile(target / unverifiedMark), "peft-lora"));
        QCOMPARE(errorOf([&] { requireVerified(report); }).empty(), verified);
    }

    /// What goes wrong while the files are counted is told as an error of the file, not as a fault of the program.
    void namesWhatCannotBeCounted()
    {
        const Folder folder;
        AtomicDirectory made(folder.path() / "out");
        std::filesystem::create_symlink("loop", made.path() / "loop");
        ExportReport report;
        const std::string text = ioErrorOf([&] { concludeExport(made, report, 1e-6); });
        QVERIFY2(contains(text, (made.path() / "loop").string()), text.c_str());
        QVERIFY(!std::filesystem::exists(folder.path() / "out"));
    }

    /// float32 cannot hold s·P·λ here, though each factor fits: the file's ΔW is not the engine's.
    void anAdapterBeyondFloat32IsMarked()
    {
        const Folder folder;
        AdapterState adapter {.method = Method::AdaLora, .initRank = 1, .alpha = 1.0, .scale = 1.0, .modules = {}};
        adapter.modules.push_back({"model.layers.0.self_attn.q_proj", at::full({4, 1}, 1e30F), at::full({1}, 1e20F),
            at::full({1, 3}, 1e-30F), {}});
        const AdapterMeta meta {.baseModel = "base", .config = {}, .resolved = {}};
        const ExportReport report = writeAdapter(adapter, "peft-lora", folder.path() / "out", meta);
        QVERIFY(!report.verified);
        QVERIFY(std::filesystem::exists(folder.path() / "out/adapter_model.safetensors"));
        QVERIFY(std::filesystem::exists(folder.path() / "out" / unverifiedMark));
        QVERIFY(writeAdapter(adapter, "peft-adalora", folder.path() / "apart", meta).verified); // λ stays apart there
    }

    /// The folder was empty when the export began; what somebody put there since is not ours to delete.
    void whatWasPutThereMeanwhileStays()
    {
        const Folder folder;
        AdapterState adapter {.method = Method::AdaLora, .initRank = 1, .alpha = 1.0, .scale = 1.0, .modules = {}};
        adapter.modules.push_back(
            {"model.layers.0.self_attn.q_proj", at::ones({4, 1}), at::ones({1}), at::ones({1, 3}), {}});
        const AdapterMeta meta {.baseModel = "base", .config = {}, .resolved = {}};
        const RequestContext context {.stop = {},
            .partialText = {},
            .progress = [&folder](const Message&, std::int64_t, std::int64_t) { folder.write("out/theirs", "x"); }};
        const std::string text
            = errorOf([&] { (void)writeAdapter(adapter, "peft-lora", folder.path() / "out", meta, context); });
        QVERIFY2(contains(text, (folder.path() / "out").string()) && contains(text, "no longer empty"), text.c_str());
        QCOMPARE(readFile(folder.path() / "out/theirs"), std::string("x"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1); // and nothing of ours
    }

    void namesTheRoomThatIsMissing()
    {
        const Folder folder;
        const auto target = folder.path() / "not/there/yet";
        QVERIFY(errorOf([&] { checkFreeSpace(target, 1000); }).empty());
        const std::string text = errorOf([&] { checkFreeSpace(target, std::uint64_t {1} << 62U); });
        QVERIFY2(
            contains(text, "4611686.0 TB") && contains(text, "free") && contains(text, target.string()), text.c_str());
        QVERIFY(!std::filesystem::exists(folder.path() / "not"));
    }

    void writesSizes()
    {
        QCOMPARE(sizeText(0).english(), std::string("0 bytes"));
        QCOMPARE(sizeText(999).english(), std::string("999 bytes"));
        QCOMPARE(sizeText(1000).english(), std::string("1.0 kB"));
        QCOMPARE(sizeText(999'960).english(), std::string("1.0 MB"));
        QCOMPARE(sizeText(13'500'000'000).english(), std::string("13.5 GB"));
    }

    void refusesTargets()
    {
        const Folder folder;
        QVERIFY(contains(errorOf([] { checkExportTarget(""); }), "folder"));
        QVERIFY(contains(errorOf([&] { checkExportTarget(folder.write("file", "x")); }), "is a file"));
        folder.write("full/x", "x");
        QVERIFY(contains(errorOf([&] { checkExportTarget(folder.path() / "full"); }), "not empty"));
        std::filesystem::create_directory(folder.path() / "empty");
        QVERIFY(errorOf([&] { checkExportTarget(folder.path() / "empty"); }).empty());
        QVERIFY(errorOf([&] { checkExportTarget(folder.path() / "new/deep"); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestExportTarget)
#include "tst_exporttarget.moc"

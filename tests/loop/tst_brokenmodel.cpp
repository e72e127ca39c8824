// SPDX-License-Identifier: GPL-3.0-or-later
// Models whose files can be read, but hold what no model has.
#include "tests/support/EngineRuns.h"
#include "training/io/SafetensorsHeader.h"

#include <cstring>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestBrokenModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// No step had a loss: lowering the learning rate would change nothing.
    void aWeightThatIsNotFinite()
    {
        const Folder folder;
        const fs::path model = folder.path() / "model";
        fs::copy(sourcePath("resources/demo/model"), model);
        const fs::path file = model / "model.safetensors";
        std::string bytes = readFile(file);
        const SafetensorsHeader header = SafetensorsHeader::parse(bytes, "model");
        std::string poisoned;
        for (const TensorInfo& info : header.tensors) {
            if (!info.name.ends_with("norm.weight") || !poisoned.empty())
                continue;
            poisoned = info.name;
            std::memset(bytes.data() + header.dataStart + info.begin, 0xFF, info.bytes()); // not a number, all of it
        }
        QVERIFY(!poisoned.empty());
        fs::remove(file); // the copy may be read-only
        writeFileAtomically(file, bytes);
        RunConfig config = demoConfig();
        config.model.path = model.string();
        RecordingControl control;
        const std::string text = ioErrorOf([&] { runEngine(control, config, folder.path() / "run"); });
        QVERIFY2(text.starts_with(model.string() + ": the weight " + poisoned + " has values that are not finite"),
            text.c_str());
        QVERIFY(!contains(text, "optim.lr"));
        QVERIFY(contains(readFile(folder.path() / "run/log.txt"), "Failed: " + model.string()));
    }
};

QTEST_GUILESS_MAIN(TestBrokenModel)
#include "tst_brokenmodel.moc"

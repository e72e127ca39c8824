// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of the house that no compiler checks: who may include whom, how long a file may be, the licence line.
#include "tests/house/HouseRules.h"

#include <QtTest/QtTest>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

using namespace spectune::house;

namespace {

const std::string head = "// SPDX-License-Identifier: GPL-3.0-or-later\n";

/// Every C++ and CUDA file of the house with its text, paths relative to the repository.
std::vector<std::pair<std::string, std::string>> filesOfTheHouse()
{
    namespace fs = std::filesystem;
    const fs::path root = qEnvironmentVariable("SPECTUNE_SOURCE_DIR").toStdString();
    const std::set<std::string> endings {".h", ".cpp", ".cu", ".cuh"};
    std::vector<std::pair<std::string, std::string>> files;
    for (const char* folder : {"training", "visualization", "ui", "app"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (entry.is_regular_file() && endings.contains(entry.path().extension().string())) {
                std::ifstream stream(entry.path(), std::ios::binary);
                files.emplace_back(fs::relative(entry.path(), root).generic_string(),
                    std::string(std::istreambuf_iterator<char>(stream), {}));
            }
        }
    }
    return files;
}

QByteArray told(const std::vector<Violation>& violations)
{
    QByteArray text;
    for (const Violation& violation : violations) {
        text += QByteArray::fromStdString(
            violation.file + ':' + std::to_string(violation.line) + ": " + violation.text + '\n');
    }
    return text;
}

} // namespace

class TestIncludes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aBrokenRuleIsFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* name, const char* path, const char* line) {
            QTest::newRow(name) << QString(path) << QString(line);
        };
        row("torch in ui", "ui/A.cpp", "#include <ATen/ATen.h>");
        row("torch in the studio", "app/studio/A.cpp", "#include <torch/torch.h>");
        row("torch in session", "training/session/A.cpp", "#include <c10/core/Device.h>");
        row("torch in cuda", "training/cuda/A.cu", "#include <ATen/ATen.h>");
        row("Qt in core", "training/core/A.cpp", "#include <QString>");
        row("Qt module in loop", "training/loop/A.cpp", "#include <QtCore/QObject>");
        row("moc in the engine", "training/nn/A.cpp", "#include \"A.moc\"");
        row("session in visualization", "visualization/A.cpp", "#include \"training/session/TrainingSession.h\"");
        row("ui in visualization", "visualization/A.cpp", "#include \"ui/A.h\"");
        row("engine in ui", "ui/A.cpp", "#include \"training/loop/Trainer.h\"");
        row("QCustomPlot in ui", "ui/A.cpp", "#include <qcustomplot.h>");
        row("QCustomPlot unguarded", "visualization/A.cpp", "#include <qcustomplot.h>");
        row("config in core", "training/core/A.cpp", "#include \"training/config/RunConfig.h\"");
        row("JSON in core", "training/core/A.cpp", "#include <nlohmann/json.hpp>");
        row("monitor in config", "training/config/A.cpp", "#include \"training/monitor/RankSnapshot.h\"");
        row("loop in nn", "training/nn/A.cpp", "#include \"training/loop/Trainer.h\"");
        row("core in cuda", "training/cuda/A.cu", "#include \"training/core/Error.h\"");
        row("tests in the house", "ui/A.cpp", "#include \"tests/support/FakeEngine.h\"");
        row("relative path", "ui/A.cpp", "#include \"A.h\"");
        row("spaces in the directive", "ui/A.cpp", "  #  include   <ATen/ATen.h>");
        row("open end", "ui/A.cpp", "// TODO more");
        row("unknown room", "training/extra/A.cpp", "");
    }

    void aBrokenRuleIsFound()
    {
        QFETCH(QString, path);
        QFETCH(QString, line);
        const auto found = checkFile(path.toStdString(), head + line.toStdString() + '\n');
        QCOMPARE(found.size(), std::size_t {1});
    }

    void whatIsAllowedPasses()
    {
        const std::string engine = head
            + "#include \"training/nn/A.h\"\n#include \"training/cuda/B.h\"\n#include <ATen/ATen.h>\n#include "
              "<vector>\n";
        QCOMPARE(told(checkFile("training/loop/A.cpp", engine)), QByteArray());
        const std::string studio = head
            + "#include \"training/session/A.h\"\n#include \"visualization/B.h\"\n#include <QWidget>\n#include "
              "<dlfcn.h>\n";
        QCOMPARE(told(checkFile("ui/A.cpp", studio)), QByteArray());
    }

    void lengthLicenceAndGuardAreChecked()
    {
        std::string longText = head + "#pragma once\n";
        for (int i = 0; i < 148; ++i) {
            longText += "\n";
        }
        QCOMPARE(checkFile("ui/A.h", longText).size(), std::size_t {0});
        QCOMPARE(checkFile("ui/A.h", longText + "\n").size(), std::size_t {1});
        QCOMPARE(checkFile("ui/A.cpp", longText + "\n").size(), std::size_t {0});
        QCOMPARE(checkFile("ui/A.h", head).size(), std::size_t {1});
        QCOMPARE(checkFile("ui/A.cpp", "int a;\n").size(), std::size_t {1});
    }

    void aCircleOfRoomsIsFound()
    {
        RoomGraph graph;
        addEdges(graph, "training/nn/A.cpp", "#include \"training/optim/A.h\"\n");
        addEdges(graph, "training/optim/A.cpp", "#include \"training/core/A.h\"\n");
        QVERIFY(findCircle(graph).empty());
        addEdges(graph, "training/optim/B.cpp", "#include \"training/nn/A.h\"\n");
        QCOMPARE(findCircle(graph).size(), std::size_t {3});
    }

    void theHouseKeepsItsRules()
    {
        std::vector<Violation> all;
        RoomGraph graph;
        const auto files = filesOfTheHouse();
        QVERIFY(files.size() > 20);
        for (const auto& [path, text] : files) {
            const auto found = checkFile(path, text);
            all.insert(all.end(), found.begin(), found.end());
            addEdges(graph, path, text);
        }
        QVERIFY2(all.empty(), told(all).prepend("broken rules:\n").constData());
        std::string circle;
        for (const std::string& room : findCircle(graph)) {
            circle += room + ' ';
        }
        QVERIFY2(circle.empty(), ("rooms that include each other: " + circle).c_str());
    }
};

QTEST_GUILESS_MAIN(TestIncludes)
#include "tst_includes.moc"

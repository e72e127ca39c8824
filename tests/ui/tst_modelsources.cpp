// SPDX-License-Identifier: GPL-3.0-or-later
// Where a model comes from: the bundled one, a folder, a made-up Hugging Face cache with links to blobs, the hub by
// hand.
#include "tests/ui/SceneEngine.h"
#include "training/core/AtomicFile.h"
#include "ui/CachedModelAsker.h"
#include "ui/CachedModelDelegate.h"
#include "ui/CachedModelList.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/HubHint.h"
#include "ui/ModelSources.h"
#include "ui/RecentPaths.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <filesystem>

using namespace spectune;
namespace fs = std::filesystem;

namespace {

constexpr int patience = 30'000;
const QString newer(40, QLatin1Char('1'));
const QString older(40, QLatin1Char('2'));

QProcessEnvironment environment(const QList<std::pair<QString, QString>>& variables)
{
    QProcessEnvironment made;
    for (const auto& [name, value] : variables)
        made.insert(name, value);
    return made;
}

} // namespace

class TestModelSources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void theRootIsThatOfTheHubsTools_data();
    void theRootIsThatOfTheHubsTools();
    void snapshotsAreFoundNewestFirst();
    void aSearchEndsWhenAsked();
    void theListAsksForOneAfterTheOther();
    void whatCannotBeReadIsNotTaken();
    void anEmptyCacheSaysWhatToDo();
    void theEngineLooksIntoEach();
    void sourcesEndInTheOneField();
    void thePageFollowsThePath();
    void foldersThatWereReadAreOfferedAgain();
    void namesOfTheHub_data();
    void namesOfTheHub();
    void theCommandIsCopied();

private:
    /// A snapshot as the hub's tools make it: links into blobs/. @p age in hours
    void addSnapshot(const QString& model, const QString& revision, int age, bool complete = true);
    [[nodiscard]] QString root() const { return m_folder->filePath("hub"); }
    [[nodiscard]] QString snapshot(const QString& model, const QString& revision) const
    {
        return root() + "/models--" + model + "/snapshots/" + revision;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestModelSources::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
    QCoreApplication::setOrganizationName("spectune-test-modelsources");
}

void TestModelSources::init()
{
    recentModels().clear();
    m_folder = std::make_unique<QTemporaryDir>();
    addSnapshot("org--small", older, 48);
    addSnapshot("org--small", newer, 2);
    addSnapshot("org--half", newer, 1, false);
    addSnapshot("solo", newer, 24);
    fs::create_directories(root().toStdString() + "/datasets--org--text/snapshots/1");
    fs::create_directories(root().toStdString() + "/models--org--empty");
}

void TestModelSources::cleanup()
{
    recentModels().clear();
    m_folder.reset();
}

void TestModelSources::addSnapshot(const QString& model, const QString& revision, int age, bool complete)
{
    const fs::path base = (root() + "/models--" + model).toStdString();
    const fs::path folder = base / "snapshots" / revision.toStdString();
    fs::create_directories(base / "blobs");
    fs::create_directories(base / "refs");
    fs::create_directories(folder);
    writeFileAtomically(base / "blobs" / "aaaa", "{}");
    fs::create_symlink("../../blobs/aaaa", folder / "config.json");
    fs::create_symlink("../../blobs/aaaa", folder / "generation_config.json"); // the same contents, stored once
    if (complete)
        writeFileAtomically(base / "blobs" / "bbbb", std::string(1'000'000, 'w'));
    fs::create_symlink("../../blobs/bbbb", folder / "model.safetensors");
    if (revision == newer)
        writeFileAtomically(base / "refs" / "main", revision.toStdString());
    fs::last_write_time(folder, fs::file_time_type::clock::now() - std::chrono::hours(age));
}

void TestModelSources::theRootIsThatOfTheHubsTools_data()
{
    using Variables = QList<std::pair<QString, QString>>;
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QString>("expected");
    const QString home = QDir::homePath();
    QTest::newRow("nothing set") << Variables {} << home + "/.cache/huggingface/hub";
    QTest::newRow("HF_HUB_CACHE") << Variables {{"HF_HUB_CACHE", "/a/hub"}, {"HF_HOME", "/b"}} << "/a/hub";
    QTest::newRow("HF_HOME") << Variables {{"HF_HOME", "/b/"}, {"XDG_CACHE_HOME", "/c"}} << "/b/hub";
    QTest::newRow("XDG_CACHE_HOME") << Variables {{"XDG_CACHE_HOME", "/c"}} << "/c/huggingface/hub";
    QTest::newRow("a tilde") << Variables {{"HF_HOME", "~/hf"}} << home + "/hf/hub";
    QTest::newRow("an empty one") << Variables {{"HF_HUB_CACHE", " "}, {"HF_HOME", "/b"}} << "/b/hub";
}

void TestModelSources::theRootIsThatOfTheHubsTools()
{
    using Variables = QList<std::pair<QString, QString>>;
    QFETCH(Variables, variables);
    QFETCH(QString, expected);
    QCOMPARE(hubCacheRoot(environment(variables)), expected);
}

void TestModelSources::snapshotsAreFoundNewestFirst()
{
    const std::vector<CachedModel> models = readHubCache(root(), [] { return true; });
    QStringList names;
    for (const CachedModel& model : models)
        names << model.name + '@' + model.label;
    QCOMPARE(names, (QStringList {"org/half@main", "org/small@main", "solo@main", "org/small@22222222"}));
    QCOMPARE(models[0].missing, 1);
    QCOMPARE(models[0].bytes, qint64 {2});
    QCOMPARE(models[1].missing, 0);
    QCOMPARE(models[1].bytes, qint64 {1'000'002}); // through the links, each blob once
    QCOMPARE(models[1].folder, snapshot("org--small", newer));
    QVERIFY(liesBelow(models[1].folder, root()));
    QVERIFY(!liesBelow(root() + "-other/x", root()));
}

void TestModelSources::aSearchEndsWhenAsked()
{
    QVERIFY(readHubCache(root(), [] { return false; }).empty());
    QVERIFY(readHubCache(m_folder->filePath("nowhere"), [] { return true; }).empty());
}

void TestModelSources::theListAsksForOneAfterTheOther()
{
    CachedModelList list;
    list.setRoot(root());
    QSignalSpy asked(&list, &CachedModelList::checkWanted);
    QSignalSpy chosen(&list, &CachedModelList::chosen);
    list.look();
    QTRY_COMPARE_WITH_TIMEOUT(list.list().count(), 4, patience);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toString(), snapshot("org--half", newer));
    list.setAnswer(asked[0][0].toString(),
        Failure {FailureKind::Config,
            makeMessage("%1: has no model.safetensors.", asked[0][0].toString().toStdString()), {}, -1});
    QCOMPARE(asked.count(), 2);
    list.setAnswer(asked[1][0].toString(), test::sceneModel(6));
    QCOMPARE(asked.count(), 3);
    const auto line
        = [&list](int row) { return list.list().item(row)->data(CachedModelDelegate::LineRole).toString(); };
    QVERIFY2(line(0).contains("not complete"), qPrintable(line(0)));
    QVERIFY2(line(1).contains("can be trained"), qPrintable(line(1)));
    QVERIFY2(line(2).contains("not looked into yet"), qPrintable(line(2)));
    list.list().setCurrentRow(1);
    QVERIFY2(list.note().contains("Llama, 6 layers, 1.22 million parameters"), qPrintable(list.note()));
    list.show();
    QTest::keyClick(&list.list(), Qt::Key_Return);
    QVERIFY(chosen.count() >= 1);
    QCOMPARE(chosen.last()[0].toString(), snapshot("org--small", newer));
    list.setChosen(snapshot("org--small", newer));
    QVERIFY(list.list().item(1)->data(CachedModelDelegate::ChosenRole).toBool());
    QVERIFY(!list.list().item(0)->data(CachedModelDelegate::ChosenRole).toBool());
    QVERIFY(!list.grab().isNull());
}

void TestModelSources::whatCannotBeReadIsNotTaken()
{
    CachedModelList list;
    list.setRoot(root());
    list.look();
    QTRY_COMPARE_WITH_TIMEOUT(list.list().count(), 4, patience);
    QSignalSpy chosen(&list, &CachedModelList::chosen);
    const std::string folder = snapshot("org--half", newer).toStdString();
    list.setAnswer(QString::fromStdString(folder),
        Failure {FailureKind::Config, makeMessage("%1: has its weights only as a pickle (pytorch_model.bin).", folder),
            {}, -1});
    Q_EMIT list.list().itemClicked(list.list().item(0));
    QCOMPARE(chosen.count(), 0);
    QVERIFY2(
        list.note().contains("org/half cannot be read. Has its weights only as a pickle"), qPrintable(list.note()));
    QVERIFY(list.note().contains("1 file has not been fetched"));
    // A model whose tokenizer is not readable is no model to train either.
    ModelSummary model = test::sceneModel(6);
    model.tokenizer = makeMessage("%1: has no tokenizer.model.", snapshot("solo", newer).toStdString());
    list.setAnswer(snapshot("solo", newer), model);
    Q_EMIT list.list().itemClicked(list.list().item(2));
    QCOMPARE(chosen.count(), 0);
    Q_EMIT list.list().itemClicked(list.list().item(3)); // nobody has looked yet: it is worth a try
    QCOMPARE(chosen.count(), 1);
}

void TestModelSources::anEmptyCacheSaysWhatToDo()
{
    CachedModelList list;
    list.setRoot(m_folder->filePath("nowhere"));
    list.look();
    QTRY_VERIFY_WITH_TIMEOUT(list.note().contains("There is no Hugging Face cache here yet"), patience);
    QVERIFY(list.list().isHidden());
    fs::create_directories(m_folder->filePath("nowhere").toStdString());
    list.look();
    QTRY_VERIFY_WITH_TIMEOUT(list.note().contains("There is no model in the cache"), patience);
}

void TestModelSources::theEngineLooksIntoEach()
{
    addSnapshot("org--broken", newer, 0);
    SessionController session(test::sceneFactory(std::make_shared<test::Scene>()));
    CachedModelList list;
    list.setRoot(root());
    CachedModelAsker asker(session, list);
    list.look();
    const auto line
        = [&list](int row) { return list.list().item(row)->data(CachedModelDelegate::LineRole).toString(); };
    QTRY_COMPARE_WITH_TIMEOUT(list.list().count(), 5, patience);
    QTRY_VERIFY_WITH_TIMEOUT(line(4).contains("can be trained"), patience); // the last one asked for
    QVERIFY2(line(0).contains("cannot be read"), qPrintable(line(0)));
    list.list().setCurrentRow(0);
    QVERIFY2(list.note().contains("model.safetensors: the header is cut off at byte 12."), qPrintable(list.note()));
    QSignalSpy closed(&session, &SessionController::closed);
    session.close();
    QVERIFY(closed.wait(patience));
}

void TestModelSources::sourcesEndInTheOneField()
{
    ConfigForm form;
    SetupFields fields(form);
    ModelSources sources(form, fields);
    sources.setBundled("/demo/model");
    sources.cache().setRoot(root());
    const auto path = [&form] { return QString::fromStdString(form.config().model.path); };
    QCOMPARE(sources.source(), ModelSources::Source::Folder);
    sources.choose(ModelSources::Source::Bundled);
    QCOMPARE(path(), QStringLiteral("/demo/model"));
    sources.choose(ModelSources::Source::Cache); // to look changes nothing
    QCOMPARE(path(), QStringLiteral("/demo/model"));
    QCOMPARE(sources.source(), ModelSources::Source::Cache);
    QTRY_COMPARE_WITH_TIMEOUT(sources.cache().list().count(), 4, patience);
    Q_EMIT sources.cache().list().itemClicked(sources.cache().list().item(1));
    QCOMPARE(path(), snapshot("org--small", newer));
    QCOMPARE(sources.source(), ModelSources::Source::Cache);
    QVERIFY(!fields.find("model.path")->isHidden()); // an issue of the path has its field in sight
    sources.choose(ModelSources::Source::Hub);
    QVERIFY(sources.cache().isHidden() && !sources.hub().isHidden());
    Q_EMIT sources.hub().lookWanted();
    QCOMPARE(sources.source(), ModelSources::Source::Cache);
    sources.choose(ModelSources::Source::Bundled);
    sources.choose(ModelSources::Source::Folder);
    QVERIFY(path().isEmpty());
}

void TestModelSources::thePageFollowsThePath()
{
    ConfigForm form;
    SetupFields fields(form);
    ModelSources sources(form, fields);
    sources.cache().setRoot(root());
    sources.setBundled("/demo/model");
    RunConfig config;
    config.model.path = "/demo/model";
    form.setConfig(config);
    QCOMPARE(sources.source(), ModelSources::Source::Bundled);
    config.model.path = snapshot("solo", newer).toStdString();
    form.setConfig(config);
    QCOMPARE(sources.source(), ModelSources::Source::Cache);
    form.setValue("model.path", FieldValue {std::string("/models/own")});
    QCOMPARE(sources.source(), ModelSources::Source::Folder);
    form.setValue("model.path", FieldValue {config.model.path}); // typed: the page stays
    QCOMPARE(sources.source(), ModelSources::Source::Folder);
    sources.choose(ModelSources::Source::Hub);
    form.setText("train.seed", "3");
    QCOMPARE(sources.source(), ModelSources::Source::Hub);
}

void TestModelSources::foldersThatWereReadAreOfferedAgain()
{
    ConfigForm form;
    SetupFields fields(form);
    ModelSources sources(form, fields);
    const auto read = [&form](const QString& path) {
        form.setValue("model.path", FieldValue {path.toStdString()});
        form.setModel(test::sceneModel(6));
        form.forgetModel();
    };
    read("/models/unkept");
    QVERIFY(recentModels().list().isEmpty());
    sources.setRemembers(true);
    form.setValue("model.path", FieldValue {std::string("/models/never-read")});
    for (int i = 0; i < recentModels().most + 2; ++i)
        read(QStringLiteral("/models/%1").arg(i));
    read("/models/5");
    QCOMPARE(recentModels().list().size(), recentModels().most);
    QCOMPARE(recentModels().list().mid(0, 2), (QStringList {"/models/5", "/models/9"}));
    auto* menu = sources.findChild<QMenu*>();
    Q_EMIT menu->aboutToShow();
    QCOMPARE(menu->actions().size(), recentModels().most + 2); // a line, and "Clear this list"
    menu->actions().at(1)->trigger();
    QCOMPARE(form.config().model.path, std::string("/models/9"));
}

void TestModelSources::namesOfTheHub_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("fits");
    for (const char* name : {"org/model", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "gpt2", "a_b/c.d"})
        QTest::newRow(name) << QString(name) << true;
    for (const char* name : {"", "a/b/c", "org/", "-rf", "org/mo del", "org/m;rm", "org/$(x)", "a--b/c", "org/m\n"})
        QTest::newRow(qPrintable("not " + QString(name).simplified())) << QString(name) << false;
}

void TestModelSources::namesOfTheHub()
{
    QFETCH(QString, name);
    QFETCH(bool, fits);
    QCOMPARE(HubHint::isHubName(name), fits);
}

void TestModelSources::theCommandIsCopied()
{
    HubHint hint;
    const auto buttons = hint.findChildren<QPushButton*>();
    const auto found = std::ranges::find(buttons, QStringLiteral("Copy"), &QPushButton::text);
    QVERIFY(found != buttons.end());
    QPushButton* copy = *found;
    QVERIFY(!copy->isEnabled());
    hint.name().setText("not a name");
    QVERIFY(!copy->isEnabled());
    hint.name().setText(" org/model ");
    QVERIFY(copy->isEnabled());
    QSignalSpy told(&hint, &HubHint::told);
    copy->click();
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("hf download org/model"));
    QCOMPARE(told.count(), 1);
}

QTEST_MAIN(TestModelSources)
#include "tst_modelsources.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Files that somebody else has made.
#include "tests/support/Files.h"
#include "training/core/AtomicFile.h"
#include "training/core/FileAccess.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestFileAccess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Each of the others would wait, or never end.
    void opensRegularFilesOnly()
    {
        const Folder folder;
        const fs::path pipe = folder.path() / "pipe";
        QVERIFY(::mkfifo(pipe.c_str(), 0600) == 0);
        for (const fs::path& path : {pipe, fs::path("/dev/zero")}) {
            for (const std::string& error : {ioErrorOf([&] { (void)openToRead(path); }),
                     ioErrorOf([&] { (void)readText(path); }), ioErrorOf([&] { (void)readFile(path); })})
                QVERIFY2(contains(error, path.string() + ": it is no regular file"), error.c_str());
        }
        QVERIFY(contains(ioErrorOf([&] { (void)readText(folder.path()); }), "it is a folder"));
    }

    void aStampTellsWhetherAFileWasChanged()
    {
        const Folder folder;
        const fs::path file = folder.write("a.json", "12345");
        folder.write("b.txt", "1");
        const std::string before = stampOf(file);
        const std::string all = stampOf(folder.path(), {".json"});
        QCOMPARE(stampOf(file), before);
        folder.write("b.txt", "12");
        QCOMPARE(stampOf(folder.path(), {".json"}), all);
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(5));
        QVERIFY(stampOf(file) != before);
        const std::string later = stampOf(folder.path(), {".json"});
        QVERIFY(later != all);
        fs::rename(file, folder.path() / "c.json");
        QVERIFY(stampOf(folder.path(), {".json"}) != later);
        QVERIFY(stampOf(folder.path() / "none", {".json"}).empty());
    }

    void readsUpToALimit()
    {
        const Folder folder;
        const fs::path file = folder.write("text", "12345");
        QCOMPARE(readText(file), std::string("12345"));
        QCOMPARE(readText(file, 5), std::string("12345"));
        QVERIFY(contains(ioErrorOf([&] { (void)readText(file, 4); }), file.string()));
        QVERIFY(contains(readText("/proc/self/status"), "Name:")); // its size is given as 0
        QVERIFY(contains(ioErrorOf([&] { (void)readText("/proc/self/status", 10); }), "/proc/self/status"));
        const fs::path sparse = folder.write("sparse", "");
        fs::resize_file(sparse, mostTextBytes + 1);
        const std::string error = ioErrorOf([&] { (void)readText(sparse); });
        QVERIFY2(contains(error, sparse.string()) && contains(error, "more than 256 MiB"), error.c_str());
    }

    void tellsReadersWhatToDo()
    {
        const std::string denied = readError("/data/a.txt", EACCES).what();
        QVERIFY2(contains(denied, "/data/a.txt: ") && contains(denied, "ask its owner"), denied.c_str());
        QVERIFY(!contains(denied, "Choose a folder"));
        QVERIFY(contains(writeError("/data/a.txt", EACCES).what(), "Choose a folder that you may write to"));
    }

    void knowsWhatExists()
    {
        const Folder folder;
        const fs::path file = folder.write("file", "x");
        QVERIFY(fileExists(file) && fileExists(folder.path()));
        QVERIFY(!fileExists(folder.path() / "none") && !fileExists(file / "below"));
        fs::create_symlink("none", folder.path() / "broken");
        QVERIFY(!fileExists(folder.path() / "broken"));
        fs::create_symlink("loop", folder.path() / "loop");
        QVERIFY(contains(ioErrorOf([&] { (void)fileExists(folder.path() / "loop"); }), "/loop"));
        if (::geteuid() == 0)
            return; // who may enter every folder
        const fs::path inner = folder.write("locked/file", "x");
        QVERIFY(::chmod(inner.parent_path().c_str(), 0) == 0);
        const std::string error = ioErrorOf([&] { (void)fileExists(inner); });
        QVERIFY(::chmod(inner.parent_path().c_str(), 0700) == 0);
        QVERIFY2(contains(error, inner.string()) && contains(error, "You may not read it"), error.c_str());
    }

    void listsAndMeasures()
    {
        const Folder folder;
        const fs::path file = folder.write("inner/file", "12345");
        folder.write("inner/deeper/file", "x");
        std::vector<fs::path> entries = entriesIn(file.parent_path());
        std::ranges::sort(entries);
        QCOMPARE(entries, (std::vector<fs::path> {file.parent_path() / "deeper", file}));
        QCOMPARE(sizeOf(file), std::uint64_t {5});
        const fs::path none = folder.path() / "none";
        QVERIFY(contains(ioErrorOf([&] { (void)entriesIn(none); }), none.string()));
        QVERIFY(contains(ioErrorOf([&] { (void)entriesIn(file); }), file.string()));
        QVERIFY(contains(ioErrorOf([&] { (void)sizeOf(none); }), none.string()));
    }
};

QTEST_GUILESS_MAIN(TestFileAccess)
#include "tst_fileaccess.moc"

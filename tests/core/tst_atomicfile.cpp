// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Errors.h"
#include "training/core/AtomicFile.h"

#include <QtTest>

#include <QTemporaryDir>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace spectune;
using spectune::testing::ioErrorOf;
namespace fs = std::filesystem;

namespace {

/// Files can grow to @p bytes only while this lives: a disk that fills up, for a test.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &m_old);
        rlimit limit = m_old;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_old);
        std::signal(SIGXFSZ, m_handler);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit m_old {};
    void (*m_handler)(int) = nullptr;
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class TestAtomicFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writesAndReads();
    void replacesAndKeepsTheMode();
    void failedWriteLeavesTheOldFile();
    void errorsNameThePath();
    void errorsSayWhatToDo();
    void onlyRegularFilesAreReplaced();
    void readerSeesOldOrNew();
    void appendsAllOrNothing();
    void directoryAppearsWhenCommitted();
    void directoryVanishesWithoutCommit();
    void directoryReplaces();
    void directoryReplacementIsNeverMissing();
    void twoDirectoriesForOneTarget();
    void directoryLeavesAFilledTarget();
    void directoryErrors();

private:
    [[nodiscard]] std::vector<std::string> names() const;

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

void TestAtomicFile::init()
{
    m_temporary = std::make_unique<QTemporaryDir>();
    QVERIFY(m_temporary->isValid());
    m_folder = m_temporary->path().toStdString();
}

std::vector<std::string> TestAtomicFile::names() const
{
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(m_folder))
        found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}

void TestAtomicFile::writesAndReads()
{
    const std::string big(3'000'000, 'x');
    for (const std::string& content : {std::string(), std::string("line\n"), std::string("a\0b", 3), big}) {
        writeFileAtomically(m_folder / "file", content);
        QVERIFY(readFile(m_folder / "file") == content);
    }
    QCOMPARE(names(), std::vector<std::string> {"file"});
    QVERIFY(contains(readFile("/proc/self/status"), "Name:")); // its size is given as 0

    const fs::path before = fs::current_path();
    fs::current_path(m_folder);
    writeFileAtomically("bare-name", "1");
    fs::current_path(before);
    QCOMPARE(readFile(m_folder / "bare-name"), std::string("1"));
}

void TestAtomicFile::replacesAndKeepsTheMode()
{
    const fs::path file = m_folder / "file";
    writeFileAtomically(file, "old");
    QVERIFY(::chmod(file.c_str(), 0640) == 0);
    writeFileAtomically(file, "new");
    QCOMPARE(readFile(file), std::string("new"));
    QCOMPARE(fs::status(file).permissions(), fs::perms(0640));
}

void TestAtomicFile::failedWriteLeavesTheOldFile()
{
    const fs::path file = m_folder / "file";
    writeFileAtomically(file, "old");
    std::string message;
    {
        const FileSizeLimit limit(1000);
        message = ioErrorOf([&] { writeFileAtomically(file, std::string(100'000, 'x')); });
    }
    QVERIFY2(contains(message, file.string()), message.c_str());
    QVERIFY2(contains(message, "File too large"), message.c_str());
    QCOMPARE(readFile(file), std::string("old"));
    QCOMPARE(names(), std::vector<std::string> {"file"});
}

void TestAtomicFile::errorsNameThePath()
{
    const fs::path missing = m_folder / "none" / "file";
    QVERIFY(contains(ioErrorOf([&] { static_cast<void>(readFile(missing)); }), missing.string()));
    QVERIFY(contains(ioErrorOf([&] { writeFileAtomically(missing, ""); }), missing.string()));
    QVERIFY(contains(ioErrorOf([&] { static_cast<void>(readFile(m_folder)); }), "it is a folder"));
    QVERIFY(contains(ioErrorOf([&] { writeFileAtomically(m_folder, ""); }), m_folder.string()));
    QVERIFY(names().empty());
    if (::geteuid() != 0) {
        QVERIFY(::chmod(m_folder.c_str(), 0500) == 0);
        QVERIFY(contains(ioErrorOf([&] { writeFileAtomically(m_folder / "file", ""); }), "Permission denied"));
        QVERIFY(::chmod(m_folder.c_str(), 0700) == 0);
    }
}

/// For writers of their own, such as safetensors'.
void TestAtomicFile::errorsSayWhatToDo()
{
    const Error full = writeError("/runs/7/state.safetensors", ENOSPC);
    QVERIFY(full.kind() == FailureKind::Io);
    QVERIFY2(contains(full.what(), "/runs/7/state.safetensors: the disk is full. Free some space"), full.what());
    QVERIFY(contains(writeError("/runs/7", EDQUOT).what(), "Your share of that disk is used up"));
    QVERIFY(contains(writeError("/runs/7", EROFS).what(), "choose a folder elsewhere"));
}

/// As root, a rename would put a file in the place of /dev/null.
void TestAtomicFile::onlyRegularFilesAreReplaced()
{
    const fs::path pipe = m_folder / "pipe";
    QVERIFY(::mkfifo(pipe.c_str(), 0600) == 0);
    const std::string error = ioErrorOf([&] { writeFileAtomically(pipe, "text"); });
    QVERIFY2(QByteArray::fromStdString(error).contains("it is no regular file"), error.c_str());
    QVERIFY(fs::is_fifo(pipe));
}

void TestAtomicFile::readerSeesOldOrNew()
{
    const fs::path file = m_folder / "file";
    writeFileAtomically(file, std::string(200'000, 'a'));
    std::atomic<bool> done {false};
    std::thread writer([&] {
        for (int round = 0; round < 50; ++round)
            writeFileAtomically(file, std::string(200'000, round % 2 == 0 ? 'b' : 'a'));
        done = true;
    });
    bool whole = true;
    while (!done) {
        const std::string content = readFile(file);
        whole = whole && content.size() == 200'000 && content.find_first_not_of(content[0]) == std::string::npos;
    }
    writer.join();
    QVERIFY(whole);
}

void TestAtomicFile::appendsAllOrNothing()
{
    const fs::path file = m_folder / "lines";
    {
        const FileSizeLimit full(2);
        QVERIFY(contains(ioErrorOf([&] { appendDurably(file, "one\n"); }), file.string()));
        QVERIFY(!fs::exists(file));
    }
    appendDurably(file, "one\n");
    {
        const FileSizeLimit full(6); // two bytes of the next line still fit
        QVERIFY(contains(ioErrorOf([&] { appendDurably(file, "two\n"); }), file.string()));
    }
    QCOMPARE(readFile(file), std::string("one\n"));
    appendDurably(file, "three\n");
    QCOMPARE(readFile(file), std::string("one\nthree\n"));
}

void TestAtomicFile::directoryAppearsWhenCommitted()
{
    const fs::path target = m_folder / "deeper" / "step-1";
    AtomicDirectory directory(target / ""); // with a slash at its end
    QCOMPARE(directory.path().string(), target.string() + ".partial-" + std::to_string(::getpid()));
    fs::create_directories(directory.path() / "adapter");
    writeFileAtomically(directory.path() / "adapter" / "file", "1");
    QVERIFY(!fs::exists(target));
    directory.commit();
    QVERIFY(!fs::exists(directory.path()));
    QCOMPARE(readFile(target / "adapter" / "file"), std::string("1"));
}

void TestAtomicFile::directoryVanishesWithoutCommit()
{
    {
        const AtomicDirectory directory(m_folder / "target");
        writeFileAtomically(directory.path() / "file", "1");
        QCOMPARE(names().size(), std::size_t(1));
    }
    QVERIFY(names().empty());
}

void TestAtomicFile::directoryReplaces()
{
    const fs::path target = m_folder / "target";
    for (const char* content : {"1", "2"}) {
        AtomicDirectory directory(target);
        writeFileAtomically(directory.path() / content, content);
        directory.commit();
        QCOMPARE(readFile(target / content), std::string(content));
        QCOMPARE(names(), std::vector<std::string> {"target"});
    }
    QVERIFY(!fs::exists(target / "1"));
}

void TestAtomicFile::directoryReplacementIsNeverMissing()
{
    const fs::path target = m_folder / "target";
    fs::create_directory(target);
    writeFileAtomically(target / "file", "old");
    std::atomic<bool> done {false};
    std::thread writer([&] {
        for (int round = 0; round < 50; ++round) {
            AtomicDirectory directory(target);
            writeFileAtomically(directory.path() / "file", "new");
            directory.commit();
        }
        done = true;
    });
    bool present = true;
    while (!done) {
        struct stat status { };
        present = present && ::stat(target.c_str(), &status) == 0;
    }
    writer.join();
    QVERIFY(present);
    QCOMPARE(names(), std::vector<std::string> {"target"});
}

void TestAtomicFile::twoDirectoriesForOneTarget()
{
    AtomicDirectory first(m_folder / "target");
    AtomicDirectory second(m_folder / "target");
    QVERIFY(first.path() != second.path());
    writeFileAtomically(first.path() / "file", "first");
    writeFileAtomically(second.path() / "file", "second");
    first.commit();
    second.commit();
    QCOMPARE(readFile(m_folder / "target" / "file"), std::string("second"));
    QCOMPARE(names(), std::vector<std::string> {"target"});
}

void TestAtomicFile::directoryLeavesAFilledTarget()
{
    const fs::path target = m_folder / "target";
    {
        AtomicDirectory directory(target, AtomicDirectory::Existing::Refuse);
        writeFileAtomically(directory.path() / "file", "ours");
        fs::create_directory(target);
        writeFileAtomically(target / "file", "theirs");
        const std::string text = ioErrorOf([&] { directory.commit(); });
        QVERIFY2(contains(text, target.string()) && contains(text, "no longer empty"), text.c_str());
    }
    QCOMPARE(readFile(target / "file"), std::string("theirs"));
    QCOMPARE(names(), std::vector<std::string> {"target"});
    fs::remove(target / "file"); // an empty one is nobody's loss
    AtomicDirectory directory(target, AtomicDirectory::Existing::Refuse);
    writeFileAtomically(directory.path() / "file", "ours");
    directory.commit();
    QCOMPARE(readFile(target / "file"), std::string("ours"));
}

void TestAtomicFile::directoryErrors()
{
    writeFileAtomically(m_folder / "file", "1");
    QVERIFY(contains(ioErrorOf([&] { const AtomicDirectory directory(m_folder / "file" / "target"); }), "file"));

    const std::string overFile = ioErrorOf([&] {
        AtomicDirectory directory(m_folder / "file");
        directory.commit();
    });
    QVERIFY2(contains(overFile, (m_folder / "file").string()), overFile.c_str());
    QCOMPARE(readFile(m_folder / "file"), std::string("1"));
    QCOMPARE(names(), std::vector<std::string> {"file"});
}

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "tst_atomicfile.moc"

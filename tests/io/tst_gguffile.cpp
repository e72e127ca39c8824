// SPDX-License-Identifier: GPL-3.0-or-later
// The GGUF container: what the gguf package wrote is read, what we write is read back, and broken files are refused.
#include "tests/support/Tensors.h"
#include "training/core/AtomicFile.h"
#include "training/io/GgufFile.h"

#include <cstring>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::string packageFile()
{
    return readFile(sourcePath("tests/reference/gguf/container.gguf"));
}

GgufFile example()
{
    GgufFile file;
    file.set("general.architecture", std::string("llama"));
    file.set("general.alignment", std::uint32_t {32});
    file.set("number", -1.5F);
    file.set("flag", true);
    file.set("wide", std::uint64_t {1} << 63U);
    file.add("odd", at::arange(7, at::kFloat).reshape({7, 1}));
    file.add("half", at::arange(6, at::kHalf).reshape({2, 3}));
    file.add("transposed", at::arange(6, at::kDouble).reshape({2, 3}).t());
    file.add("empty", at::empty({0, 4}, at::kFloat));
    return file;
}

const at::Tensor& tensorOf(const GgufFile& file, const std::string& name)
{
    for (const NamedTensor& item : file.tensors()) {
        if (item.name == name)
            return item.tensor;
    }
    throw std::out_of_range(name);
}

} // namespace

class TestGgufFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsThePackagesFile()
    {
        const GgufFile file = GgufFile::read(sourcePath("tests/reference/gguf/container.gguf"));
        QCOMPARE(*file.find<std::string>("general.architecture"), std::string("llama"));
        QCOMPARE(*file.find<std::string>("test.text"), std::string("P Λ Q"));
        QCOMPARE(*file.find<std::uint32_t>("test.uint8"), 200U);
        QCOMPARE(*file.find<std::int32_t>("test.int8"), -100);
        QCOMPARE(*file.find<std::uint32_t>("test.uint16"), 60000U);
        QCOMPARE(*file.find<std::int32_t>("test.int16"), -30000);
        QCOMPARE(*file.find<std::uint32_t>("test.uint32"), 4000000000U);
        QCOMPARE(*file.find<std::int32_t>("test.int32"), -2000000000);
        QCOMPARE(*file.find<std::uint64_t>("test.uint64"), std::uint64_t {1} << 63U);
        QCOMPARE(*file.find<std::int64_t>("test.int64"), -(std::int64_t {1} << 62U));
        QCOMPARE(*file.find<float>("test.float32"), 0.5F);
        QCOMPARE(*file.find<double>("test.float64"), 1e-300);
        QCOMPARE(*file.find<bool>("test.bool"), true);
        QCOMPARE(file.find<GgufFile::List>("test.list")->length, std::uint64_t {3});
        QCOMPARE(file.find<GgufFile::List>("test.numbers")->length, std::uint64_t {4});
        QVERIFY(file.find<float>("test.float64") == nullptr && file.find<float>("absent") == nullptr);
        const at::Tensor values = at::arange(15, at::kFloat).reshape({3, 5}) - 7;
        QVERIFY(identical(tensorOf(file, "a"), values));
        QVERIFY(identical(tensorOf(file, "half"), values.to(at::kHalf)));
        QVERIFY(identical(tensorOf(file, "double"), values.to(at::kDouble)));
        QVERIFY(!tensorOf(file, "bytes").defined());
    }

    void readsBackWhatItWrites()
    {
        const Folder folder;
        const auto path = folder.path() / "a.gguf";
        example().write(path);
        const GgufFile back = GgufFile::read(path);
        QVERIFY(back.values() == example().values());
        QCOMPARE(back.tensors().size(), example().tensors().size());
        const GgufFile written = example();
        for (const NamedTensor& item : written.tensors())
            QVERIFY2(identical(tensorOf(back, item.name), item.tensor.contiguous()), item.name.c_str());
        // Every tensor begins at a multiple of the alignment; the last is filled up, too.
        QCOMPARE(std::filesystem::file_size(path) % 32, std::uintmax_t {0});
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), std::ptrdiff_t {1});
    }

    void refusesWhatItCannotWrite()
    {
        const Folder folder;
        const auto path = folder.path() / "a.gguf";
        GgufFile doubled = example();
        doubled.add("odd", at::zeros({1}));
        QVERIFY(contains(errorOf([&] { doubled.write(path); }), "two tensors would be named odd"));
        GgufFile whole;
        whole.add("ids", at::zeros({2}, at::kLong));
        QVERIFY(contains(errorOf([&] { whole.write(path); }), "ids"));
        GgufFile list;
        list.set("list", GgufFile::List {3});
        QVERIFY(!errorOf([&] { list.write(path); }).empty());
        QVERIFY(contains(errorOf([&] { example().write(folder.path() / "no/a.gguf"); }), "no/a.gguf"));
        QVERIFY(std::filesystem::is_empty(folder.path()));
    }

    /// Cut anywhere, the file is refused in words; never read beyond its end.
    void refusesEveryCut()
    {
        const Folder folder;
        const std::string whole = packageFile();
        std::size_t refused = 0;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto path = folder.write("cut.gguf", std::string_view(whole).substr(0, size));
            const std::string error = errorOf([&] { (void)GgufFile::read(path); });
            QVERIFY(error.empty() || contains(error, "cut.gguf"));
            refused += error.empty() ? 0 : 1;
        }
        // Only the last tensor, whose type is not read, and the padding behind it may be missing.
        QVERIFY2(refused >= whole.size() - 96, qPrintable(QString::number(refused)));
    }

    /// One byte changed anywhere: an error, or a file of other values; never a crash.
    void survivesEveryFlippedByte()
    {
        const Folder folder;
        const std::string whole = packageFile();
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string flipped = whole;
            flipped[at] = static_cast<char>(~flipped[at]);
            const auto path = folder.write("flipped.gguf", flipped);
            const std::string error = errorOf([&] {
                const GgufFile file = GgufFile::read(path);
                for (const NamedTensor& item : file.tensors()) {
                    if (item.tensor.defined())
                        (void)item.tensor.sum();
                }
            });
            QVERIFY(error.empty() || contains(error, "flipped.gguf"));
        }
    }

    void refusesWhatIsNoGguf()
    {
        const Folder folder;
        const auto error
            = [&](std::string bytes) { return errorOf([&] { (void)GgufFile::read(folder.write("x.gguf", bytes)); }); };
        QVERIFY(contains(error("PK"), "cut short"));
        QVERIFY(contains(error(std::string("GGML") + std::string(60, 0)), "letters GGUF"));
        QVERIFY(contains(error(std::string("GGUF\1\0\0\0", 8) + std::string(60, 0)), "version is 1"));
        std::string many = packageFile();
        std::memset(many.data() + 8, 0xFF, 8); // the number of tensors
        QVERIFY(contains(error(many), "cut short"));
        QVERIFY(contains(errorOf([&] { (void)GgufFile::read(folder.path() / "none.gguf"); }), "none.gguf"));
    }
};

QTEST_GUILESS_MAIN(TestGgufFile)
#include "tst_gguffile.moc"

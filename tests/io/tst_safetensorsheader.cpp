// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/io/MappedFile.h"
#include "training/io/SafetensorsHeader.h"

#include <random>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::string withLength(std::uint64_t length, const std::string& rest)
{
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i)
        bytes += static_cast<char>((length >> (8 * i)) & 0xFFU);
    return bytes + rest;
}

std::string file(const std::string& json, std::size_t dataBytes)
{
    return withLength(json.size(), json + std::string(dataBytes, 'x'));
}

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets)
{
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

std::string two(const std::string& offsetsA, const std::string& offsetsB)
{
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + offsetsA
        + R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + offsetsB + "}}";
}

} // namespace

class TestSafetensorsHeader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatHolds()
    {
        const std::string json
            = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
              R"("a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
              R"("none":{"dtype":"F16","shape":[0,7],"data_offsets":[32,32]}}   )";
        const SafetensorsHeader header = SafetensorsHeader::parse(file(json, 32), "f");
        QCOMPARE(header.tensors.size(), std::size_t {3});
        QCOMPARE(header.tensors[0].name, std::string("a"));
        QCOMPARE(header.tensors[0].elements(), std::int64_t {1});
        QCOMPARE(header.tensors[1].shape, (std::vector<std::int64_t> {2, 3}));
        QCOMPARE(header.tensors[2].elements(), std::int64_t {0});
        QCOMPARE(header.metadata.at("format"), std::string("pt"));
        QCOMPARE(header.dataStart, 8 + json.size());
        QVERIFY(SafetensorsHeader::parse(file("{}", 0), "f").tensors.empty());
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& bytes, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString(reason);
        };
        row("empty file", "", "0 bytes");
        row("seven bytes", "1234567", "7 bytes");
        row("header length 0", withLength(0, "{}"), "header is empty");
        row("header longer than the file", withLength(10, "{}"), "cut short");
        row("header over the limit", withLength(100'000'001, "{}"), "at most 100000000");
        row("header length 2^64 - 1", withLength(~std::uint64_t {0}, "{}"), "at most 100000000");
        row("no brace", file("[1]", 0), "does not begin with '{'");
        row("broken JSON", file(R"({"a":)", 0), "its header is broken JSON at line 1");
        row("bytes after the JSON", file("{} x", 0), "broken JSON");
        row("not UTF-8", file("{\"\xff\":1}", 0), "broken JSON");
        row("deeply nested", file("{\"a\":" + std::string(100000, '['), 0), "broken JSON");
        row("tensor is a number", file(R"({"a":1})", 0), "not described by an object");
        row("no dtype", file(R"({"a":{"shape":[],"data_offsets":[0,0]}})", 0), "no \"dtype\"");
        row("no shape", file(R"({"a":{"dtype":"U8","data_offsets":[0,0]}})", 0), "no \"shape\"");
        row("no offsets", file(R"({"a":{"dtype":"U8","shape":[]}})", 0), "no \"data_offsets\"");
        row("dtype is a number", file(R"({"a":{"dtype":1,"shape":[],"data_offsets":[0,0]}})", 0), "no text");
        row("unknown dtype", file(one("F31", "[1]", "[0,4]"), 4), "unknown dtype \"F31\"");
        row("shape is an object", file(one("U8", "{}", "[0,1]"), 1), "no list");
        row("negative side", file(one("U8", "[-1]", "[0,1]"), 1), "non-negative integer");
        row("side is a real", file(one("U8", "[1.0]", "[0,1]"), 1), "non-negative integer");
        row("side nested deeply",
            file(one("U8", '[' + std::string(200000, '[') + std::string(200000, ']') + ']', "[0,1]"), 1), "is array");
        row("side beyond 2^63", file(one("U8", "[9223372036854775808]", "[0,1]"), 1), "overflows");
        row("side beyond 2^64", file(one("U8", "[99999999999999999999]", "[0,1]"), 1), "non-negative integer");
        row("product overflows", file(one("U8", "[4294967296,4294967296]", "[0,1]"), 1), "overflows");
        row("bytes overflow", file(one("F64", "[4611686018427387904]", "[0,1]"), 1), "overflows");
        row("wraps to the right size", file(one("F32", "[4611686018427387905]", "[0,4]"), 4), "overflows");
        row("three offsets", file(one("U8", "[1]", "[0,1,1]"), 1), "two numbers");
        row("offset is a text", file(one("U8", "[1]", R"(["0",1])"), 1), "non-negative integer");
        row("negative offset", file(one("U8", "[1]", "[-1,0]"), 1), "non-negative integer");
        row("ends before it begins", file(one("U8", "[1]", "[1,0]"), 1), "before it begins");
        row("ends behind the file", file(one("U8", "[9]", "[0,9]"), 1), "cut short");
        row("size is not the shape's", file(one("F32", "[2]", "[0,4]"), 4), "need 8");
        row("overlap", file(two("[0,4]", "[3,7]"), 7), "overlap");
        row("the same bytes twice", file(two("[0,4]", "[0,4]"), 4), "overlap");
        row("hole", file(two("[0,4]", "[5,9]"), 9), "hole of 1 bytes");
        row("hole at the start", file(one("U8", "[1]", "[1,2]"), 2), "hole of 1 bytes");
        row("bytes left over", file(one("U8", "[1]", "[0,1]"), 3), "belong to no tensor");
        row("a name twice",
            file(
                R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})",
                1),
            "\"a\" comes twice");
        row("a key of a tensor twice", file(R"({"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}})", 1),
            "\"dtype\" comes twice");
        row("metadata is a list", file(R"({"__metadata__":[]})", 0), "__metadata__ is not an object");
        row("metadata is no text", file(R"({"__metadata__":{"a":1}})", 0), "is not a text");
    }

    void refuses()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        const std::string error
            = errorOf([&] { (void)SafetensorsHeader::parse(bytes.toStdString(), "some/model.safetensors"); });
        QVERIFY2(contains(error, "some/model.safetensors"), error.c_str());
        QVERIFY2(contains(error, reason.toStdString()), error.c_str());
    }

    void survivesDamage()
    {
        const std::string json
            = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},)"
              R"("a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})";
        const std::string good = file(json, 32);
        std::mt19937 random(7);
        int accepted = 0;
        for (int turn = 0; turn < 20000; ++turn) {
            std::string bytes = good.substr(0, turn % 4 == 0 ? random() % (good.size() + 1) : good.size());
            const unsigned changes = 1 + random() % 4;
            for (unsigned i = 0; i < changes && !bytes.empty(); ++i)
                bytes[random()
                    % (random() % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 9 + json.size()))]
                    = static_cast<char>(random());
            const std::string error = errorOf([&] {
                for (const TensorInfo& info : SafetensorsHeader::parse(bytes, "f").tensors)
                    QVERIFY(info.end <= bytes.size());
                ++accepted;
            });
            QVERIFY(error.empty() || contains(error, "f: "));
        }
        QVERIFY(accepted > 0 && accepted < 20000);
    }

    void mapsFiles()
    {
        const Folder folder;
        QCOMPARE(MappedFile(folder.write("a", "hello")).bytes(), std::string_view("hello"));
        QVERIFY(MappedFile(folder.write("empty", "")).bytes().empty());
        QVERIFY(contains(errorOf([&] { MappedFile(folder.path() / "missing"); }), "missing"));
        QVERIFY(contains(errorOf([&] { MappedFile(folder.path()); }), "is a folder"));
    }
};

QTEST_GUILESS_MAIN(TestSafetensorsHeader)
#include "tst_safetensorsheader.moc"

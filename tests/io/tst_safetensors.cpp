// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/io/Safetensors.h"

#include <ATen/ATen.h>

#include <sys/stat.h>

using namespace spectune;
using namespace spectune::testing;

class TestSafetensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesWhatItReads()
    {
        const Folder folder;
        const auto path = folder.path() / "t.safetensors";
        std::vector<NamedTensor> tensors;
        for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                 at::kChar, at::kByte, at::kBool})
            tensors.push_back({std::string("t.") + c10::toString(type), at::arange(6).reshape({2, 3}).t().to(type)});
        tensors.push_back({"empty", at::empty({0, 4})});
        tensors.push_back({"scalar", at::scalar_tensor(3.5)});
        writeSafetensors(path, tensors, {{"format", "pt"}});

        const SafetensorsFile file(path);
        QCOMPARE(file.metadata().at("format"), std::string("pt"));
        QCOMPARE(file.tensors().size(), tensors.size());
        for (const NamedTensor& item : tensors) {
            const at::Tensor read = file.tensor(item.name);
            QVERIFY2(read.scalar_type() == item.tensor.scalar_type() && read.equal(item.tensor), item.name.c_str());
        }
        QCOMPARE(file.tensors().front().name, std::string("t.Double"));
        QVERIFY(contains(errorOf([&] { (void)file.tensor("nothing"); }), "has no tensor nothing"));
        QCOMPARE(static_cast<int>(std::distance(std::filesystem::directory_iterator(folder.path()), {})), 1);
    }

    void tensorsOutliveTheFile()
    {
        const Folder folder;
        const auto path = folder.path() / "t.safetensors";
        writeSafetensors(path, {{"a", at::arange(1000)}});
        at::Tensor tensor;
        {
            const SafetensorsFile file(path);
            tensor = file.tensor("a").narrow(0, 10, 20);
        }
        QVERIFY(tensor.equal(at::arange(10, 30)));
    }

    void copiesWhatIsNotAligned()
    {
        const Folder folder;
        std::string json = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
        while (json.size() % 4 != 1)
            json += ' ';
        std::string bytes(8, '\0');
        bytes[0] = static_cast<char>(json.size());
        const float values[2] = {1.5F, -2.0F};
        bytes += json + std::string(reinterpret_cast<const char*>(values), sizeof values);
        const SafetensorsFile file(folder.write("t.safetensors", bytes));
        QVERIFY(file.tensor("a").equal(at::tensor({1.5F, -2.0F})));
    }

    void refusesTypesByName()
    {
        const Folder folder;
        const std::string json = R"({"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})";
        std::string bytes(8, '\0');
        bytes[0] = static_cast<char>(json.size());
        const SafetensorsFile file(folder.write("t.safetensors", bytes + json + "xx"));
        const std::string error = errorOf([&] { (void)file.tensor("a"); });
        QVERIFY2(contains(error, "F8_E4M3") && contains(error, "t.safetensors"), error.c_str());
    }

    /// Who may read a file is the user's own choice, as with every other program.
    void takesTheUsersMode()
    {
        const Folder folder;
        const mode_t before = ::umask(0002);
        writeSafetensors(folder.path() / "t", {{"a", at::ones(1)}});
        ::umask(before);
        using std::filesystem::perms;
        const perms expected
            = perms::owner_read | perms::owner_write | perms::group_read | perms::group_write | perms::others_read;
        QVERIFY(std::filesystem::status(folder.path() / "t").permissions() == expected);
    }

    void refusesToWriteNonsense()
    {
        const Folder folder;
        QVERIFY(contains(errorOf([&] {
            writeSafetensors(folder.path() / "t", {{"a", at::ones(1)}, {"a", at::ones(1)}});
        }),
            "two tensors"));
        QVERIFY(contains(errorOf([&] {
            writeSafetensors(folder.path() / "no/such/t", {{"a", at::ones(1)}});
        }),
            "no/such/t"));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"

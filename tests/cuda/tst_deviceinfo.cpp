// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine says of its devices: never a throw, and on one without a GPU a text that says so.
#include "tests/support/Files.h"
#include "training/core/Machine.h"
#include "training/cuda/DeviceInfo.h"
#include "training/loop/Device.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <functional>

using namespace spectune;
using namespace spectune::testing;

class TestDeviceInfo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void devicesThatCannotBe()
    {
        for (const int index : {-1, 4096}) {
            const cuda::DeviceInfo info = cuda::deviceInfo(index);
            QVERIFY(info.name.empty());
            QCOMPARE(info.totalBytes, std::int64_t {0});
            QCOMPARE(info.freeBytes, std::int64_t {0});
        }
    }

    void firstDevice()
    {
        const cuda::DeviceInfo info = cuda::deviceInfo(0);
        if (!at::globalContext().hasCUDA()) {
            QVERIFY(info.name.empty() && info.totalBytes == 0);
            QSKIP("no CUDA device is here");
        }
        QVERIFY(!info.name.empty());
        QVERIFY(info.totalBytes > 0 && info.freeBytes > 0 && info.freeBytes <= info.totalBytes);
        QCOMPARE(deviceName(parseDevice("cuda:0")).english(), info.name);
    }

    void deviceTexts()
    {
        QVERIFY(parseDevice("cpu").is_cpu());
        for (const char* text : {"", "CPU", "cuda:", "gpu", "cpu:0", "mps"})
            QVERIFY2(contains(errorOf([&] { (void)parseDevice(text); }), "cuda:N"), text);
        if (at::globalContext().hasCUDA()) {
            QVERIFY(parseDevice("cuda").is_cuda());
            for (const char* text : {"cuda:-1", "cuda:1x", "cuda: 0", "cuda:99999999999", "cuda:4096"})
                QVERIFY2(contains(errorOf([&] { (void)parseDevice(text); }), text), text);
        } else {
            QVERIFY(contains(errorOf([] { (void)parseDevice("cuda"); }), "no CUDA device"));
        }
    }

    void processor()
    {
        QVERIFY(physicalCores() >= 1);
        const std::string name = deviceName(at::kCPU).english();
        QVERIFY2(contains(name, std::to_string(physicalCores())), name.c_str());
        prepareThread(at::kCPU, 1);
        QCOMPARE(at::get_num_threads(), 1);
    }

    void torchErrorsBecomeOurs()
    {
        const auto kindOf = [](const std::function<void()>& body) {
            try {
                withTorchErrors(body);
            } catch (const Error& error) {
                return error.kind();
            }
            return FailureKind::Config;
        };
        QVERIFY(kindOf([] {
            throw c10::OutOfMemoryError({"here", "file", 1}, "CUDA out of memory");
        }) == FailureKind::OutOfMemory);
        QVERIFY(kindOf([] { (void)at::empty({std::int64_t {1} << 60}, at::kByte); }) == FailureKind::OutOfMemory);
        QVERIFY(kindOf([] { (void)at::zeros({2, 3}).mm(at::zeros({2, 3})); }) == FailureKind::Internal);
        QCOMPARE(errorOf([] { withTorchErrors([] { throw configError("mine"); }); }), std::string("mine"));
    }
};

QTEST_GUILESS_MAIN(TestDeviceInfo)
#include "tst_deviceinfo.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Device.h"

#include "training/config/StepShares.h"
#include "training/core/Error.h"
#include "training/core/Machine.h"
#include "training/cuda/DeviceInfo.h"
#include "training/loop/CountingAllocator.h"
#include "training/nn/ThreadCount.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string>

namespace spectune {

namespace {

Message memoryAdvice()
{
    return makeMessage(
        "A smaller train.micro_batch_size, a shorter data.max_length or train.gradient_checkpointing needs less.");
}

/// @param detail LibTorch's words
Error graphicsMemoryFull(const std::string& detail)
{
    return {FailureKind::OutOfMemory, makeMessage("The graphics memory was full. %1", memoryAdvice()),
        Message::verbatim(detail)};
}

Error unknownDevice(std::string_view text)
{
    return configError("The device \"%1\" is not known. Use cpu, cuda or cuda:N.", text);
}

at::Device cudaDevice(std::string_view text, std::string_view number)
{
    if (!at::globalContext().hasCUDA())
        throw configError(
            "The device \"%1\" was asked for, but no CUDA device can be used here (no NVIDIA driver or GPU "
            "was found). Use --device cpu.",
            text);
    int index = 0;
    const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (!number.empty() && (fault != std::errc {} || end != number.data() + number.size() || index < 0))
        throw unknownDevice(text);
    const auto count = static_cast<int>(at::detail::getCUDAHooks().deviceCount());
    if (index >= count)
        throw configError(
            "The device \"%1\" does not exist: this machine has %2 CUDA device(s), numbered from 0.", text, count);
    return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

std::int64_t coresOf(std::int64_t threads)
{
    return threads > 0 ? threads : physicalCores();
}

} // namespace

at::Device parseDevice(std::string_view text)
{
    if (text == "cpu")
        return at::kCPU;
    if (text == "cuda")
        return cudaDevice(text, {});
    if (text.starts_with("cuda:") && text.size() > 5)
        return cudaDevice(text, text.substr(5));
    throw unknownDevice(text);
}

Message deviceName(at::Device device)
{
    if (device.is_cpu()) {
        const std::int64_t cores = physicalCores();
        return cores == 1 ? makeMessage("Processor, 1 core") : makeMessage("Processor, %1 cores", cores);
    }
    const cuda::DeviceInfo info = cuda::deviceInfo(device.index());
    return Message::verbatim(info.name.empty() ? device.str() : info.name);
}

DeviceSummary inspectDevice(std::string_view device)
{
    const at::Device place = parseDevice(device);
    if (place.is_cpu()) {
        const MachineMemory memory = MachineMemory::now();
        return {.device = std::string(device),
            .name = deviceName(place),
            .totalBytes = memory.total,
            .freeBytes = memory.available + CountingAllocator::current()};
    }
    cuda::DeviceInfo info = cuda::deviceInfo(place.index());
    c10::DeviceAllocator* allocator = at::getDeviceAllocator(place.type());
    if (allocator->initialized()) { // what it holds, another run takes over
        constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        info.freeBytes += allocator->getDeviceStats(place.index()).reserved_bytes[all].current;
    }
    return {.device = std::string(device),
        .name = Message::verbatim(info.name),
        .totalBytes = info.totalBytes,
        .freeBytes = info.freeBytes};
}

void prepareThread(at::Device device, std::int64_t threads)
{
    CountingAllocator::install();
    at::set_num_threads(static_cast<int>(threads > 0 ? threads : physicalCores()));
    if (device.is_cuda())
        c10::impl::VirtualGuardImpl(at::kCUDA).setDevice(device);
    useTf32(false); // also on the CPU: whoever comes to CUDA next has asked for nothing yet
}

void useTf32(bool rounds)
{
    // cuBLAS's own switch, old and new in one. setFloat32MatmulPrecision("high") would round oneDNN's products on the
    // CPU too, and setFloat32Precision() alone leaves the old one behind, which ATen then complains about.
    at::globalContext().setAllowTF32CuBLAS(rounds);
}

bool usesTf32()
{
    return at::globalContext().allowTF32CuBLAS();
}

PreparedThread::PreparedThread(at::Device device, std::int64_t threads)
    : m_threads(at::get_num_threads())
    , m_tf32(usesTf32())
    , m_device(device)
{
    prepareThread(device, threads);
}

PreparedThread::~PreparedThread()
{
    useThreads(m_threads);
    useTf32(m_tf32);
}

void settle(at::Device device)
{
    if (device.is_cuda())
        c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(device.index());
}

std::int64_t peakMemory(at::Device device)
{
    if (device.is_cuda()) {
        constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
        return at::getDeviceAllocator(at::kCUDA)->getDeviceStats(device.index()).allocated_bytes[all].peak;
    }
    return CountingAllocator::peak();
}

void resetPeakMemory(at::Device device)
{
    if (device.is_cpu())
        return CountingAllocator::resetPeak();
    c10::DeviceAllocator* allocator = at::getDeviceAllocator(device.type());
    if (allocator->initialized()) // else there is nothing yet
        allocator->resetPeakStats(device.index());
}

DeviceMemory memoryInUse(at::Device device)
{
    if (device.is_cpu()) {
        static const std::int64_t total = MachineMemory::now().total;
        return {.used = residentBytes(), .total = total};
    }
    // Totals do not change, and the driver takes its time to tell them.
    thread_local std::map<at::DeviceIndex, std::int64_t> totals;
    const auto [total, isNew] = totals.try_emplace(device.index(), 0);
    if (isNew)
        total->second = cuda::deviceInfo(device.index()).totalBytes;
    constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    return {.used = at::getDeviceAllocator(device.type())->getDeviceStats(device.index()).reserved_bytes[all].current,
        .total = total->second};
}

std::size_t workerCount(at::Device device, std::int64_t threads, std::int64_t samples)
{
    return device.is_cpu() ? static_cast<std::size_t>(workersFor(coresOf(threads), samples)) : 1;
}

std::int64_t productThreads(at::Device device, std::int64_t threads, std::int64_t samples)
{
    const auto workers = static_cast<std::int64_t>(workerCount(device, threads, samples));
    return coresOfWorker(coresOf(threads), workers);
}

at::ScalarType scalarType(ElementType type) noexcept
{
    switch (type) {
    case ElementType::Float32: return at::kFloat;
    case ElementType::BFloat16: return at::kBFloat16;
    case ElementType::Float64: break;
    }
    return at::kDouble;
}

void withTorchErrors(const std::function<void()>& body)
{
    try {
        body();
    } catch (const c10::OutOfMemoryError& error) {
        throw graphicsMemoryFull(error.what_without_backtrace());
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        // The CPU allocator has no exception type of its own.
        if (text.find("DefaultCPUAllocator") != std::string::npos)
            throw Error(FailureKind::OutOfMemory, makeMessage("The computer's memory was full. %1", memoryAdvice()),
                Message::verbatim(text));
        if (text.find("CUDA error: out of memory") != std::string::npos
            || text.find("CUBLAS_STATUS_ALLOC_FAILED") != std::string::npos)
            throw graphicsMemoryFull(text);
        if (text.find("CUDA error") != std::string::npos)
            throw Error(FailureKind::DeviceLost,
                makeMessage("The graphics device reported an error and cannot go on in this process. Start again with "
                            "--resume."),
                Message::verbatim(text));
        throw Error(FailureKind::Internal, Message::verbatim(text));
    }
}

} // namespace spectune

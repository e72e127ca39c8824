// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <optional>

namespace spectune {

/// Numbers of a device that the host asks for at one time and reads at a later one, with other work of both in between.
class Readback {
public:
    Readback(std::int64_t count, at::Device device);

    /// float64, [count], at one address for good.
    [[nodiscard]] const at::Tensor& onDevice() const noexcept { return m_onDevice; }
    /// As they will be once the device has done all that it was told to before.
    void request();
    /// Waits for what was requested, and not for what the device was told to since. Valid until the next request.
    [[nodiscard]] const double* wait();

private:
    at::Tensor m_onDevice;
    at::Tensor m_onHost; // undefined where the device is the host
    std::optional<c10::Event> m_copied;
};

} // namespace spectune

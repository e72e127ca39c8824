// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Notices.h"

#include "training/config/EnumNames.h"

namespace spectune {

Message both(const Message& waiting, const Message& further)
{
    if (waiting.empty() || further.empty())
        return waiting.empty() ? further : waiting;
    return makeMessage("%1 %2", waiting, further);
}

Message whyUnrecorded(c10::Device device, ElementType type, bool rewinds)
{
    // In float32 and float64 CUDA's attention goes sample by sample, which no recording can follow. A generator's state
    // that is read and put back, none can either.
    if (device.is_cuda() && type != ElementType::BFloat16)
        return makeMessage(
            "Steps are not recorded as a CUDA graph, but run one operation after the other: with train.dtype "
            "%1, attention goes sample by sample. bfloat16 is recorded.",
            detail::enumName(type));
    if (rewinds)
        return makeMessage(
            "Steps are not recorded as a CUDA graph, but run one operation after the other: with "
            "train.gradient_checkpointing and adalora.dropout the generator is set back in the middle of a step. "
            "Without one of the two they are recorded.");
    return {};
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Notices.h"

namespace spectune {

Message both(const Message& waiting, const Message& further)
{
    if (waiting.empty() || further.empty())
        return waiting.empty() ? further : waiting;
    return makeMessage("%1 %2", waiting, further);
}

Message whyUnrecorded(bool rewinds)
{
    if (rewinds) // no recording can read a generator's state and put it back
        return makeMessage(
            "Steps are not recorded as a CUDA graph, but run one operation after the other: with "
            "train.gradient_checkpointing and adalora.dropout the generator is set back in the middle of a step. "
            "Without one of the two they are recorded.");
    return {};
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"
#include "training/loop/StepRecorder.h"
#include "training/nn/PackedBatch.h"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace spectune {

/// Which part of an optimizer step comes with a micro-batch: the first begins it, the last ends it with the update.
struct StepPart {
    bool begins = true;
    bool ends = true;

    friend bool operator==(const StepPart&, const StepPart&) = default;
};

/// Records the work of a step, one recording for each form of a batch, and plays it back: a step of a small model is
/// otherwise bound by the launching of its thousands of kernels. A form is recorded when it comes the second time;
/// where recording fails, steps run as ever from then on, and notice() says so.
class StepGraphs {
public:
    /// Works on the tensors of its argument, and on such as stay in place from call to call;
    /// what it leaves it leaves there.
    using Body = std::function<void(const PackedBatch& batch, StepPart part)>;

    /// @param recorder null: nothing is ever recorded
    StepGraphs(Body body, std::unique_ptr<StepRecorder> recorder);
    ~StepGraphs();
    StepGraphs(const StepGraphs&) = delete;
    StepGraphs& operator=(const StepGraphs&) = delete;

    /// Does not wait for the device.
    void run(const PackedBatch& batch, StepPart part = {});
    /// For the body's buffers having moved, or its settings having changed: all is recorded anew.
    void forget();
    /// Ends all recordings and gives the recorder away, null where it failed; nothing is recorded from then on.
    [[nodiscard]] std::unique_ptr<StepRecorder> release();
    /// What is to be told once; empty: nothing.
    [[nodiscard]] Message notice();
    [[nodiscard]] bool isEnabled() const noexcept { return m_recorder != nullptr; }

    static constexpr std::size_t most = 32; ///< recordings kept; the one used longest ago goes first
    static constexpr std::size_t mostSeen = 4096; ///< forms remembered that came once

private:
    struct Recording;
    struct Seen {
        BatchForm form;
        StepPart part;

        friend bool operator==(const Seen&, const Seen&) = default;
    };

    [[nodiscard]] bool outgrows(const BatchForm& form);
    /// The recording of this form, made where it has come before, with the batch taken in;
    /// null where the form is new (it is known from then on).
    [[nodiscard]] Recording* recordingFor(const PackedBatch& batch, StepPart part);
    [[nodiscard]] bool record(Recording& recording);

    Body m_body;
    std::unique_ptr<StepRecorder> m_recorder; ///< null once it failed; ends after its recordings
    std::list<std::unique_ptr<Recording>> m_recordings; ///< latest first
    std::vector<Seen> m_seen; ///< have run once since forget(), so that their buffers are there
    /// By number; a batch that goes beyond moves the buffers that recordings point to: the body's buffers only grow,
    /// each with some of these numbers, and which of them a batch uses does not depend on the batch.
    BatchForm m_largest;
    Message m_notice;
};

} // namespace spectune

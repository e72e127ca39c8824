// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/SampleCache.h"
#include "training/loop/RunContext.h"
#include "training/session/TrainingEngine.h"

#include <memory>
#include <string>

namespace spectune {

/// The engine behind a session: runs, and the requests around them. Used from one thread, which must stay the same.
class LibTorchEngine final : public TrainingEngine {
public:
    RunOutcome run(const RunRequest& request, RunControl& control) override;
    [[nodiscard]] Answer answer(const Request& request, const RequestContext& context) override;

private:
    [[nodiscard]] TripletGeometry inspectTriplets(const InspectTriplets& request) const;
    /// Calls @p speak with the model, its tokenizer and the adapters that a request is to be answered with: the paused
    /// run's own, or those of a folder beside a model in memory. @p tuned false: adapters are null
    template <typename Speak>
    [[nodiscard]] Answer withVoice(const std::string& model, const std::string& adapter, bool tuned,
        const std::string& device, const StopToken& stop, const Speak& speak);

    LoadedModel m_model; ///< the last one used: a generation after a run need not read it again
    SampleCache m_samples; ///< likewise: the next sample of a file need not have all of it scanned
    std::unique_ptr<RunContext> m_run; ///< while a run is in work or paused
    std::string m_device = "cpu"; ///< of the last run
};

/// Reads an adapter: an adapter's folder, a run's folder (its newest checkpoint, or its adapter/ where no checkpoint is
/// left) or a checkpoint.
/// @throws Error (Config, Io)
[[nodiscard]] AdapterState loadAdapterState(const std::string& path);

/// An adapter beside a model, ready for forward(). @throws Error (Config) where modules or shapes differ
[[nodiscard]] AdapterSet placeAdapter(const AdapterState& adapter, const DecoderModel& model);
/// The same beside a model to come. @param options the model's
[[nodiscard]] AdapterSet placeAdapter(const AdapterState& adapter, const ModelSpec& spec, at::TensorOptions options);

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Batcher.h"

#include "training/core/Error.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace spectune {

Batch collate(const std::vector<Sample>& samples, std::int32_t padId)
{
    std::size_t longest = 0;
    for (const Sample& sample : samples)
        longest = std::max(longest, sample.ids.size());
    const auto rows = static_cast<std::int64_t>(samples.size());
    const auto columns = static_cast<std::int64_t>(longest);
    Batch batch {.tokens = at::full({rows, columns}, padId, at::kLong),
        .targets = at::full({rows, columns}, Batch::ignored, at::kLong)};
    auto* tokens = batch.tokens.mutable_data_ptr<std::int64_t>();
    auto* targets = batch.targets.mutable_data_ptr<std::int64_t>();
    for (const Sample& sample : samples) {
        for (std::size_t i = 0; i < sample.ids.size(); ++i) {
            tokens[i] = sample.ids[i];
            if (i > 0 && sample.bearsLoss[i] != 0) {
                targets[i - 1] = sample.ids[i];
                ++batch.targetCount;
            }
        }
        tokens += longest;
        targets += longest;
    }
    return batch;
}

std::vector<Batch> splitMicroBatches(const Batch& batch, std::int64_t microBatchSize)
{
    const std::int64_t count = batch.samples();
    const std::int64_t columns = batch.tokens.size(1);
    if (microBatchSize <= 0 || microBatchSize >= count)
        return {batch};
    std::vector<Batch> parts;
    for (std::int64_t begin = 0; begin < count; begin += microBatchSize) {
        const std::int64_t rows = std::min(microBatchSize, count - begin);
        const at::Tensor targets = batch.targets.narrow(0, begin, rows);
        const auto* values = targets.const_data_ptr<std::int64_t>();
        // Positions after a part's last target change nothing: they are neither targets nor seen by earlier ones.
        std::int64_t used = 1;
        Batch part;
        for (std::int64_t i = 0; i < rows * columns; ++i) {
            if (values[i] != Batch::ignored) {
                ++part.targetCount;
                used = std::max(used, i % columns + 1);
            }
        }
        part.tokens = batch.tokens.narrow(0, begin, rows).narrow(1, 0, used).contiguous();
        part.targets = targets.narrow(1, 0, used).contiguous();
        parts.push_back(std::move(part));
    }
    return parts;
}

Batcher::Batcher(std::shared_ptr<const Dataset> data, std::int64_t batchSize, bool shuffle, std::uint64_t seed)
    : m_data(std::move(data))
    , m_batchSize(batchSize)
    , m_shuffle(shuffle)
    , m_seed(seed)
    , m_padId(m_data->tokenizer().special().pad.value_or(0))
{
    if (m_data->size() < 1)
        throw configError("data.path holds no samples.");
    if (m_batchSize < 1)
        throw configError("train.batch_size is %1, must be at least 1.", m_batchSize);
    seek({});
}

void Batcher::seek(DataPosition position)
{
    if (position.epoch < 0 || position.index < 0 || position.index > m_data->size())
        throw configError(
            "The saved data position (epoch %1, sample %2) does not fit the data file: has data.path changed since?",
            position.epoch, position.index);
    m_position = position;
    m_order.reset();
    if (m_shuffle)
        m_order.emplace(m_data->size(), m_seed, static_cast<std::uint64_t>(position.epoch));
}

std::optional<Batch> Batcher::nextOfEpoch()
{
    std::vector<Sample> samples;
    while (static_cast<std::int64_t>(samples.size()) < m_batchSize && m_position.index < m_data->size()) {
        const std::int64_t entry = m_order ? (*m_order)(m_position.index) : m_position.index;
        ++m_position.index;
        if (std::optional<Sample> sample = m_data->sample(entry))
            samples.push_back(std::move(*sample));
    }
    if (samples.empty()) {
        seek({m_position.epoch + 1, 0});
        return std::nullopt;
    }
    return collate(samples, m_padId);
}

Batch Batcher::next()
{
    // The rest of this epoch may be empty, a whole further one must not.
    for (int epoch = 0; epoch < 2; ++epoch) {
        if (std::optional<Batch> batch = nextOfEpoch())
            return std::move(*batch);
    }
    throw configError("No sample of the data has a token that bears loss within data.max_length.");
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/PackedBatch.h"

#include <ATen/ATen.h>

namespace spectune {

namespace {

/// Takes one list after the other off a storage. Each begins on 16 bytes.
class Lists {
public:
    explicit Lists(at::Tensor storage)
        : m_storage(std::move(storage))
    {
    }
    at::Tensor next(std::int64_t count, at::ScalarType type)
    {
        const std::int64_t bytes = count * static_cast<std::int64_t>(c10::elementSize(type));
        const std::int64_t begin = m_bytes;
        m_bytes += (bytes + 15) / 16 * 16;
        return m_storage.defined() ? m_storage.narrow(0, begin, bytes).view(type) : at::Tensor();
    }
    [[nodiscard]] std::int64_t bytes() const noexcept { return m_bytes; }

private:
    at::Tensor m_storage; // undefined: only the bytes are counted
    std::int64_t m_bytes = 0;
};

PackedBatch taken(Lists& lists, const BatchForm& form)
{
    PackedBatch batch;
    batch.tokens = lists.next(form.rows, at::kLong);
    batch.targets = lists.next(form.targets, at::kLong);
    if (form.listed > 0)
        batch.bearing = lists.next(form.listed, at::kLong);
    batch.positions = lists.next(form.rows, at::kInt);
    batch.offsets = lists.next(form.samples + 1, at::kInt);
    batch.longest = form.longest;
    return batch;
}

} // namespace

std::int64_t packedBytes(const BatchForm& form)
{
    Lists lists({});
    (void)taken(lists, form);
    return lists.bytes();
}

PackedBatch packedIn(const at::Tensor& storage, const BatchForm& form)
{
    Lists lists(storage);
    PackedBatch batch = taken(lists, form);
    batch.storage = storage;
    return batch;
}

} // namespace spectune

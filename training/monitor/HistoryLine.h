// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// One value of a history line: a number, null (what was not finite) or text.
struct HistoryField {
    enum class Type { Integer, Real, Null, Text, Boolean };

    std::string key;
    Type type = Type::Null;
    std::int64_t integer = 0;
    double real = std::numeric_limits<double>::quiet_NaN(); ///< of an Integer as well; NaN for null
    std::string text;
};

/// Reads one line of metrics.jsonl or ranks.jsonl: an object of plain values in which `ranks` alone may be an object.
/// It is filled straight from the parser and used for line after line, so that 10^5 of them allocate next to nothing.
class HistoryLine final : public nlohmann::json_sax<nlohmann::json> {
public:
    /// @returns what is wrong with the line, or nothing
    [[nodiscard]] std::optional<Message> parse(std::string_view line);

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    [[nodiscard]] const HistoryField& operator[](std::size_t index) const { return m_fields[index]; }
    /// Null when the line has no such key.
    [[nodiscard]] const HistoryField* find(std::string_view key) const noexcept;

    /// The entries of `ranks`, in the line's order.
    [[nodiscard]] std::size_t rankCount() const noexcept { return m_rankCount; }
    [[nodiscard]] const HistoryField& rank(std::size_t index) const { return m_ranks[index]; }
    [[nodiscard]] bool hasRanks() const noexcept { return m_hasRanks; }

    bool null() override;
    bool boolean(bool value) override;
    bool number_integer(std::int64_t value) override;
    bool number_unsigned(std::uint64_t value) override;
    bool number_float(double value, const std::string& digits) override;
    bool string(std::string& value) override;
    bool binary(nlohmann::json::binary_t& value) override;
    bool start_object(std::size_t size) override;
    bool key(std::string& name) override;
    bool end_object() override;
    bool start_array(std::size_t size) override;
    bool end_array() override;
    bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error) override;

private:
    HistoryField* current();
    bool reject(Message problem);

    std::vector<HistoryField> m_fields; ///< the first m_size are this line's
    std::vector<HistoryField> m_ranks;
    std::size_t m_size = 0;
    std::size_t m_rankCount = 0;
    bool m_hasRanks = false;
    int m_depth = 0;
    std::optional<Message> m_problem;
};

} // namespace spectune

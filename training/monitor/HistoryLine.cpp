// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/HistoryLine.h"

#include <utility>

namespace spectune {

std::optional<Message> HistoryLine::parse(std::string_view line)
{
    m_size = 0;
    m_rankCount = 0;
    m_hasRanks = false;
    m_depth = 0;
    m_problem.reset();
    nlohmann::json::sax_parse(line.begin(), line.end(), this);
    return m_problem;
}

const HistoryField* HistoryLine::find(std::string_view key) const noexcept
{
    for (std::size_t index = 0; index < m_size; ++index)
        if (m_fields[index].key == key)
            return &m_fields[index];
    return nullptr;
}

HistoryField* HistoryLine::current()
{
    if (m_depth == 0) {
        reject(makeMessage("it is no JSON object"));
        return nullptr;
    }
    return m_depth == 1 ? &m_fields[m_size - 1] : &m_ranks[m_rankCount - 1];
}

bool HistoryLine::reject(Message problem)
{
    m_problem = std::move(problem);
    return false;
}

bool HistoryLine::null()
{
    HistoryField* const field = current();
    return field != nullptr;
}

bool HistoryLine::boolean(bool value)
{
    HistoryField* const field = current();
    if (field == nullptr)
        return false;
    field->type = HistoryField::Type::Boolean;
    field->integer = value ? 1 : 0;
    return true;
}

bool HistoryLine::number_integer(std::int64_t value)
{
    HistoryField* const field = current();
    if (field == nullptr)
        return false;
    field->type = HistoryField::Type::Integer;
    field->integer = value;
    field->real = static_cast<double>(value);
    return true;
}

bool HistoryLine::number_unsigned(std::uint64_t value)
{
    if (std::in_range<std::int64_t>(value))
        return number_integer(static_cast<std::int64_t>(value));
    return number_float(static_cast<double>(value), {});
}

bool HistoryLine::number_float(double value, const std::string&)
{
    HistoryField* const field = current();
    if (field == nullptr)
        return false;
    field->type = HistoryField::Type::Real;
    field->real = value;
    return true;
}

bool HistoryLine::string(std::string& value)
{
    HistoryField* const field = current();
    if (field == nullptr)
        return false;
    field->type = HistoryField::Type::Text;
    field->text.swap(value);
    return true;
}

bool HistoryLine::binary(nlohmann::json::binary_t&)
{
    return reject(makeMessage("it holds binary data"));
}

bool HistoryLine::start_object(std::size_t)
{
    if (m_depth == 1) {
        if (m_fields[m_size - 1].key != "ranks")
            return reject(makeMessage("\"%1\" is an object", m_fields[m_size - 1].key));
        m_hasRanks = true;
    } else if (m_depth > 1) {
        return reject(makeMessage("it is nested too deeply"));
    }
    ++m_depth;
    return true;
}

bool HistoryLine::key(std::string& name)
{
    std::vector<HistoryField>& fields = m_depth == 1 ? m_fields : m_ranks;
    std::size_t& used = m_depth == 1 ? m_size : m_rankCount;
    if (used == fields.size())
        fields.emplace_back();
    HistoryField& field = fields[used++];
    field.key.swap(name);
    field.type = HistoryField::Type::Null;
    field.real = std::numeric_limits<double>::quiet_NaN();
    return true;
}

bool HistoryLine::end_object()
{
    --m_depth;
    return true;
}

bool HistoryLine::start_array(std::size_t)
{
    return reject(makeMessage("it holds a list"));
}

bool HistoryLine::end_array()
{
    return true;
}

bool HistoryLine::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&)
{
    return reject(makeMessage("it is no complete JSON object (character %1)", position));
}

} // namespace spectune

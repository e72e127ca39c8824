// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/RanksScanner.h"

#include <charconv>

namespace spectune {

namespace {

/// Takes expected pieces off the front of a text.
class Scanner {
public:
    explicit Scanner(std::string_view text)
        : m_rest(text)
    {
    }

    bool take(std::string_view piece)
    {
        if (!m_rest.starts_with(piece))
            return false;
        m_rest.remove_prefix(piece.size());
        return true;
    }
    template <typename Number>
    bool takeNumber(Number& number)
    {
        // JSON's whole numbers from 0 on have no sign and no leading 0.
        if (m_rest.empty() || m_rest.front() < '0' || m_rest.front() > '9'
            || (m_rest.size() > 1 && m_rest[0] == '0' && m_rest[1] >= '0' && m_rest[1] <= '9'))
            return false;
        const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), number);
        m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
        return error == std::errc {};
    }
    [[nodiscard]] bool atEnd() const noexcept { return m_rest.empty(); }

private:
    std::string_view m_rest;
};

} // namespace

bool scanRanksLine(std::string_view line, const std::vector<std::string>& modules, MaskEvent& event)
{
    Scanner scanner(line);
    if (!scanner.take("{\"step\":") || !scanner.takeNumber(event.step) || !scanner.take(",\"budget\":")
        || !scanner.takeNumber(event.budget) || !scanner.take(",\"ranks\":{"))
        return false;
    event.ranks.resize(modules.size());
    for (std::size_t i = 0; i < modules.size(); ++i)
        if ((i > 0 && !scanner.take(",")) || !scanner.take("\"") || !scanner.take(modules[i]) || !scanner.take("\":")
            || !scanner.takeNumber(event.ranks[i]))
            return false;
    return scanner.take("},\"pruned\":") && scanner.takeNumber(event.pruned) && scanner.take(",\"revived\":")
        && scanner.takeNumber(event.revived) && scanner.take("}") && scanner.atEnd();
}

} // namespace spectune

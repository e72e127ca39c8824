// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Message.h"

namespace spectune {

Message Message::verbatim(std::string text)
{
    Message message;
    message.m_english = std::move(text);
    return message;
}

Message::Message(std::string_view pattern, std::vector<Message> values)
    : m_pattern(pattern)
    , m_values(std::move(values))
{
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::size_t place = pattern[i] == '%' && i + 1 < pattern.size() && pattern[i + 1] >= '1'
            ? static_cast<std::size_t>(pattern[i + 1] - '1')
            : m_values.size();
        if (place < m_values.size()) {
            m_english += m_values[place].m_english;
            ++i;
        } else {
            m_english += pattern[i];
        }
    }
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace spectune {

class Message;
template <typename... Values>
class MessagePattern;

/// makeMessage("%1 is %2, must be at least 1.", key, value). Values are messages, texts, paths and whole numbers; a
/// real number's digits are the caller's choice.
template <typename... Values>
[[nodiscard]] Message makeMessage(MessagePattern<std::type_identity_t<Values>...> pattern, const Values&... values);

/// Something the engine says to a person. It is kept as an English pattern with places (%1 to %9) and what stands in
/// them, so that the studio can put it into another language; the terminal and the log print english().
/// A value: any thread.
class Message {
public:
    Message() = default;
    /// Words that are nobody's to translate: a name, a number, another library's sentence.
    [[nodiscard]] static Message verbatim(std::string text);
    /// Words of a table that is translated by itself, such as a field's label in a sentence about it.
    [[nodiscard]] static Message ofTable(std::string_view words) { return {words, {}}; }
    [[nodiscard]] const std::string& english() const noexcept { return m_english; }
    [[nodiscard]] bool empty() const noexcept { return m_english.empty(); }
    /// The pattern as it stands in the source; empty for verbatim words.
    [[nodiscard]] const std::string& pattern() const noexcept { return m_pattern; }
    /// What stands in %1, %2 and so on. Values can be sentences themselves.
    [[nodiscard]] const std::vector<Message>& values() const noexcept { return m_values; }

    friend bool operator==(const Message&, const Message&) = default;

private:
    template <typename... Values>
    friend Message makeMessage(MessagePattern<std::type_identity_t<Values>...> pattern, const Values&... values);
    Message(std::string_view pattern, std::vector<Message> values);

    std::string m_english;
    std::string m_pattern;
    std::vector<Message> m_values;
};

/// A pattern that names every one of its values, %1 to %n, and no other: the compiler refuses any else, as with
/// std::format_string. Being a literal it can be collected for translators (cmake/MessageWords.cmake).
template <typename... Values>
class MessagePattern {
public:
    template <std::size_t size>
    consteval MessagePattern(const char (&literal)[size]) // NOLINT(google-explicit-constructor)
        : m_text(literal, size - 1)
    {
        static_assert(sizeof...(Values) <= 9, "A message has nine places.");
        bool named[9] = {};
        for (std::size_t i = 0; i + 1 < m_text.size(); ++i)
            if (m_text[i] == '%' && m_text[i + 1] >= '1' && m_text[i + 1] <= '9')
                named[m_text[i + 1] - '1'] = true;
        for (std::size_t place = 0; place < 9; ++place)
            if (named[place] != (place < sizeof...(Values)))
                throw std::logic_error("The pattern's places and the values differ.");
    }

    [[nodiscard]] constexpr std::string_view text() const noexcept { return m_text; }

private:
    std::string_view m_text;
};

namespace detail {

[[nodiscard]] inline Message messageValue(const Message& message)
{
    return message;
}
[[nodiscard]] inline Message messageValue(std::string_view text)
{
    return Message::verbatim(std::string(text));
}
template <typename Path> // a text is one too, if it is asked
requires std::is_same_v<Path, std::filesystem::path>
[[nodiscard]] Message messageValue(const Path& path)
{
    return Message::verbatim(path.string());
}
template <typename Number>
requires(std::is_integral_v<Number> && !std::is_same_v<Number, bool>) [[nodiscard]] Message messageValue(Number number)
{
    if constexpr (std::is_same_v<Number, char>)
        return Message::verbatim(std::string(1, number));
    else
        return Message::verbatim(std::to_string(number));
}

} // namespace detail

template <typename... Values>
Message makeMessage(MessagePattern<std::type_identity_t<Values>...> pattern, const Values&... values)
{
    return {pattern.text(), std::vector<Message> {detail::messageValue(values)...}};
}

} // namespace spectune

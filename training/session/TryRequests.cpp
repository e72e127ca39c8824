// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/TryRequests.h"

#include <algorithm>

namespace spectune {

namespace {

constexpr const char* mark = "####";
constexpr const char* blanks = " \t\r\n";

bool hasMark(const std::string& text)
{
    return text.find(mark) != std::string::npos;
}

} // namespace

std::string finalAnswer(const std::string& text)
{
    const bool marked = hasMark(text);
    std::string answer = marked ? text.substr(text.rfind(mark) + 4) : text;
    const std::size_t first = answer.find_first_not_of(blanks);
    if (first == std::string::npos)
        return {};
    answer = answer.substr(first, answer.find_last_not_of(blanks) + 1 - first);
    if (!marked)
        return answer;
    answer = answer.substr(0, answer.find('\n')); // a model that goes on after its answer
    std::erase_if(answer, [](char c) { return c == ',' || c == ' ' || c == '\r'; });
    return answer;
}

bool sameAnswer(const std::string& answer, const std::string& expected)
{
    return hasMark(answer) == hasMark(expected) && finalAnswer(answer) == finalAnswer(expected);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/FileKind.h"

namespace spectune {

namespace {

using namespace std::string_view_literals;

Message compressed(std::string_view how)
{
    return makeMessage("is compressed (%1). Unpack it first.", how);
}

Message utf16()
{
    return makeMessage("is text in UTF-16. Save it as UTF-8 first.");
}

/// UTF-16 without a byte order mark, whose first characters are ASCII: every second byte is 0.
bool alternatesWithZero(std::string_view first)
{
    if (first.size() < 4)
        return false;
    const auto zero = [first](std::size_t i) { return first[i] == '\0'; };
    return zero(0) == zero(2) && zero(1) == zero(3) && zero(0) != zero(1);
}

} // namespace

Message whyNoText(std::string_view first)
{
    if (first.starts_with("PAR1"sv))
        return makeMessage("is a Parquet table. Save it as JSONL or CSV first (pandas: "
                           "read_parquet(FILE).to_json(NEW, orient=\"records\", lines=True)).");
    if (first.starts_with("ARROW1"sv))
        return makeMessage("is an Arrow table. Save it as JSONL or CSV first.");
    if (first.starts_with("PK\x03\x04"sv))
        return makeMessage("is a zip archive, as .xlsx files are. Unpack it, or save the table as CSV first.");
    if (first.starts_with("\x1F\x8B"sv))
        return compressed("gzip");
    if (first.starts_with("BZh"sv) && first.find("1AY&SY"sv) == 4)
        return compressed("bzip2");
    if (first.starts_with("\xFD"
                          "7zXZ\0"sv))
        return compressed("xz");
    if (first.starts_with("\x28\xB5\x2F\xFD"sv))
        return compressed("zstd");
    if (first.size() > 1 && first[0] == '\x80' && first[1] >= 2 && first[1] <= 5)
        return makeMessage("is a pickle. Pickles can run code, so they are never read; save it as JSONL or CSV first.");
    if (first.starts_with("\xFF\xFE"sv) || first.starts_with("\xFE\xFF"sv) || alternatesWithZero(first))
        return utf16();
    return {};
}

} // namespace spectune

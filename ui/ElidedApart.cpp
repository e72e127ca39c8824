// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ElidedApart.h"

#include <QFontMetrics>

#include <algorithm>
#include <map>
#include <vector>

namespace spectune {

namespace {

constexpr QChar slash(u'/');
constexpr QChar ellipsis(u'…');
using Places = std::vector<qsizetype>; ///< in the list of texts

bool isDistinct(const QStringList& texts, const Places& places)
{
    return std::ranges::any_of(places, [&](qsizetype place) { return texts.at(place) != texts.at(places.front()); });
}

qsizetype commonBeginning(const QStringList& texts, const Places& places)
{
    const QString& first = texts.at(places.front());
    qsizetype common = first.size();
    for (const qsizetype place : places) {
        const QString& text = texts.at(place);
        const auto [end, ignored]
            = std::mismatch(first.begin(), first.begin() + std::min(common, text.size()), text.begin(), text.end());
        common = end - first.begin();
    }
    return common;
}

/// Those that differ and yet are shown alike, by what is shown.
std::vector<Places> mistakable(const QStringList& texts, const QStringList& shown, const Places& among)
{
    std::map<QString, Places> groups;
    for (const qsizetype place : among)
        groups[shown.at(place)].push_back(place);
    std::vector<Places> found;
    for (const auto& [text, places] : groups)
        if (isDistinct(texts, places))
            found.push_back(places);
    return found;
}

/// Shows texts from where they differ on, with the name that this lies in where there is room for it.
void tellApart(
    const QStringList& texts, const Places& places, QStringList& shown, const QFontMetrics& metrics, int width)
{
    const qsizetype common = commonBeginning(texts, places);
    const QString& first = texts.at(places.front());
    const qsizetype name = common > 0 ? first.lastIndexOf(slash, common - 1) : -1;
    for (const qsizetype from : {std::max<qsizetype>(name, 0), common}) {
        for (const qsizetype place : places) {
            const QString rest = from > 0 ? ellipsis + texts.at(place).mid(from) : texts.at(place);
            shown[place] = metrics.elidedText(rest, Qt::ElideRight, width);
        }
        if (mistakable(texts, shown, places).empty())
            return;
    }
    for (const Places& group : mistakable(texts, shown, places))
        if (commonBeginning(texts, group) > common) // else it is the width that cannot hold a letter
            tellApart(texts, group, shown, metrics, width);
}

} // namespace

QStringList foldedPaths(const QStringList& texts)
{
    std::vector<QStringList> paths; // of the texts that are paths
    for (const QString& text : texts)
        if (text.contains(slash))
            paths.push_back(text.split(slash));
    if (paths.empty())
        return texts;
    const bool same = std::ranges::all_of(paths, [&](const QStringList& path) { return path == paths.front(); });
    qsizetype shared = 0; // leading parts; each path keeps its last
    const auto sharesNext = [&](const QStringList& path) {
        return shared + 1 < path.size() && path.at(shared) == paths.front().at(shared);
    };
    while (std::ranges::all_of(paths, sharesNext))
        ++shared;
    const bool folds = shared > 1 || (shared == 1 && !paths.front().front().isEmpty()); // the root alone is no folder
    QStringList folded;
    for (const QString& text : texts) {
        if (!text.contains(slash))
            folded << text;
        else if (same)
            folded << text.section(slash, -1, -1, QString::SectionSkipEmpty);
        else if (folds)
            folded << (text.count(slash) > shared ? QString(ellipsis) + slash : QString())
                    + text.section(slash, shared);
        else
            folded << text;
    }
    return folded;
}

QStringList elidedApart(const QStringList& texts, const QFontMetrics& metrics, int width)
{
    QStringList shown;
    Places all;
    for (const QString& text : texts) {
        all.push_back(shown.size());
        shown << metrics.elidedText(text, Qt::ElideMiddle, width);
    }
    for (const Places& group : mistakable(texts, shown, all))
        tellApart(texts, group, shown, metrics, width);
    return shown;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ElidedApart.h"

#include <QFontMetrics>

#include <algorithm>
#include <map>
#include <set>
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

QString tailOf(const QStringList& folders, qsizetype parts)
{
    QString tail = folders.mid(std::max<qsizetype>(0, folders.size() - parts)).join(slash);
    if (tail.startsWith(QLatin1String("//"))) // the root, which is a slash itself
        tail.remove(0, 1);
    return tail;
}

/// As few of the innermost folders as tell all apart that differ; empty: none differ.
QStringList shortestTails(const std::vector<QStringList>& folders, const Places& places)
{
    const auto at
        = [&folders](qsizetype place) -> const QStringList& { return folders[static_cast<std::size_t>(place)]; };
    std::set<QStringList> different;
    qsizetype deepest = 0;
    for (const qsizetype place : places) {
        different.insert(at(place));
        deepest = std::max(deepest, at(place).size());
    }
    if (different.size() < 2)
        return {};
    for (qsizetype parts = 1; parts <= deepest; ++parts) {
        QStringList tails;
        for (const qsizetype place : places)
            tails << tailOf(at(place), parts);
        if (parts == deepest || std::set<QString>(tails.begin(), tails.end()).size() == different.size())
            return tails;
    }
    return {};
}

} // namespace

ToldPaths toldApart(const QStringList& paths)
{
    ToldPaths told;
    std::vector<QStringList> folders; // those that each lies in, the root included
    std::map<QString, Places> groups;
    for (const QString& path : paths) {
        QStringList parts = path.split(slash, Qt::SkipEmptyParts);
        const QString name = parts.isEmpty() ? path : parts.takeLast();
        if (path.startsWith(slash))
            parts.prepend(QString(slash));
        groups[name].push_back(told.names.size());
        told.names << name;
        folders.push_back(parts);
    }
    for (const auto& [name, places] : groups) {
        const QStringList tails = shortestTails(folders, places);
        for (std::size_t i = 0; i < places.size() && !tails.isEmpty(); ++i) {
            told.folders.resize(paths.size());
            told.folders[places[i]] = tails.at(static_cast<qsizetype>(i));
        }
    }
    return told;
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

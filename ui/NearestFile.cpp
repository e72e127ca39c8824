// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/NearestFile.h"

#include <QDirIterator>
#include <QFileInfo>

#include <algorithm>
#include <numeric>
#include <vector>

namespace spectune {

namespace {

// Levenshtein's distance, one row at a time.
int editDistance(const QString& a, const QString& b)
{
    std::vector<int> row(static_cast<std::size_t>(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (int i = 1; i <= a.size(); ++i) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b.size(); ++j) {
            const auto at = static_cast<std::size_t>(j);
            const int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[at];
            row[at] = std::min({row[at] + 1, row[at - 1] + 1, replaced});
        }
    }
    return row.back();
}

} // namespace

QString nearestEntry(const QString& path, bool folder)
{
    const QFileInfo wanted(path);
    QString best;
    int bestDistance = 4;
    QDirIterator entries(wanted.path(), (folder ? QDir::Dirs : QDir::Files) | QDir::NoDotAndDotDot);
    for (int i = 0; i < 200 && entries.hasNext(); ++i) {
        const QFileInfo entry(entries.next());
        if (!folder && entry.suffix() != wanted.suffix())
            continue;
        const int distance = editDistance(entry.fileName(), wanted.fileName());
        if (distance < bestDistance) {
            bestDistance = distance;
            best = entry.filePath();
        }
    }
    return best;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunListModel.h"

#include "ui/RunLibrary.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunTags.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace spectune {

RunRowLook rowLook(const RunRecord& record, int tag, bool sharesName)
{
    RunRowLook look;
    look.tag = tag;
    look.name = record.title();
    if (sharesName)
        look.folder = record.folderText();
    look.curve = record.curve;
    if (record.totalSteps > 0)
        look.share = std::clamp(static_cast<double>(record.steps) / static_cast<double>(record.totalSteps), 0.02, 1.0);
    const bool evaluated = std::isfinite(record.evalLoss);
    look.hasNumber = evaluated || std::isfinite(record.loss);
    look.number = look.hasNumber ? formatLoss(evaluated ? record.evalLoss : record.loss)
                                 : QCoreApplication::translate("RunListModel", "none");
    look.line = record.stateText();
    switch (record.state) {
    case RecordState::Finished: look.line = record.methodText(); break;
    case RecordState::Running: look.tone = RunRowLook::Tone::Ok; break;
    case RecordState::Stopped:
    case RecordState::Interrupted:
    case RecordState::Missing: look.tone = RunRowLook::Tone::Warn; break;
    case RecordState::Failed:
    case RecordState::Unreadable: look.tone = RunRowLook::Tone::Error; break;
    }
    return look;
}

RunListModel::RunListModel(const RunLibrary& library, QObject* parent)
    : QAbstractListModel(parent)
    , m_library(library)
{
}

int RunListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

const RunRecord* RunListModel::record(const QModelIndex& index) const
{
    const auto row = static_cast<std::size_t>(index.row());
    return index.isValid() && row < m_rows.size() ? m_library.find(m_rows[row]) : nullptr;
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    const RunRecord* run = record(index);
    if (!run)
        return {};
    const int tag = tagOf(run->id);
    switch (role) {
    case Qt::DisplayRole: return run->name;
    case Qt::CheckStateRole: return tag >= 0 ? Qt::Checked : Qt::Unchecked;
    case Qt::ToolTipRole: {
        QStringList lines {run->title(), run->methodText(), run->stateText(), run->startText(), run->folder,
            run->problemText(), run->tags.join(QStringLiteral(", "))};
        lines.removeAll(QString());
        return lines.join(QLatin1Char('\n'));
    }
    case Qt::AccessibleTextRole: {
        const RunRowLook shown = lookOf(*run);
        const QString name = shown.folder.isEmpty() ? shown.name : tr("%1 in %2").arg(shown.name, shown.folder);
        const QString chosenAs = tag >= 0 ? tr("chosen as %1, ").arg(RunTag::letter(tag)) : QString();
        QStringList words {run->methodText(), run->stateText(), run->startText()};
        words.removeAll(QString());
        return tr("%1, %2%3, loss %4").arg(name, chosenAs, words.join(QStringLiteral(", ")), shown.number);
    }
    default: return {};
    }
}

Qt::ItemFlags RunListModel::flags(const QModelIndex& index) const
{
    return QAbstractListModel::flags(index) | Qt::ItemIsUserCheckable;
}

void RunListModel::setSearch(const RunSearch& search)
{
    m_search = search;
    refresh();
}

void RunListModel::setOrder(RunOrder order)
{
    m_order = order;
    refresh();
}

void RunListModel::refresh()
{
    findShared();
    std::vector<std::int64_t> rows;
    for (const RunRecord* run : arranged(m_library.records(), m_search, m_order))
        rows.push_back(run->id);
    const std::size_t before = m_chosen.size();
    std::erase_if(m_chosen, [this](std::int64_t id) { return !m_library.find(id); });
    if (rows != m_rows) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    } else if (!m_rows.empty()) {
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    }
    if (m_chosen.size() != before)
        Q_EMIT chosenChanged();
}

QModelIndex RunListModel::indexOf(std::int64_t id) const
{
    const auto found = std::find(m_rows.begin(), m_rows.end(), id);
    return found == m_rows.end() ? QModelIndex() : index(static_cast<int>(found - m_rows.begin()));
}

int RunListModel::tagOf(std::int64_t id) const
{
    const auto found = std::find(m_chosen.begin(), m_chosen.end(), id);
    return found == m_chosen.end() ? -1 : static_cast<int>(found - m_chosen.begin());
}

QString RunListModel::fullText()
{
    return tr("%1 runs are compared already. Untick one first.").arg(formatCount(mostComparedRuns));
}

bool RunListModel::toggle(std::int64_t id)
{
    if (tagOf(id) >= 0) {
        std::erase(m_chosen, id);
    } else {
        if (m_chosen.size() >= mostComparedRuns)
            return false;
        m_chosen.push_back(id);
    }
    tagsChanged();
    return true;
}

void RunListModel::choose(std::vector<std::int64_t> ids)
{
    if (ids.size() > mostComparedRuns)
        ids.resize(mostComparedRuns);
    if (ids == m_chosen)
        return;
    m_chosen = std::move(ids);
    tagsChanged();
}

void RunListModel::tagsChanged()
{
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
    Q_EMIT chosenChanged();
}

RunRowLook RunListModel::look(const QModelIndex& index) const
{
    const RunRecord* run = record(index);
    return run ? lookOf(*run) : RunRowLook {};
}

RunRowLook RunListModel::lookOf(const RunRecord& run) const
{
    return rowLook(run, tagOf(run.id), m_shared.contains(run.title()));
}

void RunListModel::findShared()
{
    QSet<QString> titles;
    m_shared.clear();
    for (const RunRecord& run : m_library.records()) {
        const QString title = run.title();
        (titles.contains(title) ? m_shared : titles).insert(title);
    }
}

} // namespace spectune

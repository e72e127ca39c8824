// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/AdapterChoice.h"

#include "ui/RunModel.h"
#include "visualization/NumberFormat.h"

#include <QDir>
#include <QSignalBlocker>
#include <QWheelEvent>

#include <algorithm>

namespace spectune {

namespace {
constexpr int folderRole = Qt::UserRole;
constexpr int stepRole = Qt::UserRole + 1;
} // namespace

AdapterChoice::AdapterChoice(QWidget* parent)
    : QComboBox(parent)
{
    setAccessibleName(tr("Adapter of step"));
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
}

void AdapterChoice::refresh(const RunModel& run, bool paused)
{
    QStringList texts;
    QStringList folders;
    std::vector<std::int64_t> steps;
    const auto add = [&](const QString& text, const QString& folder, std::int64_t step) {
        texts << text;
        folders << folder;
        steps.push_back(step);
    };
    const QDir folder(run.folder());
    if (paused) {
        add(tr("step %1, paused").arg(formatCount(run.step())), QString(), run.step());
    } else if (run.hasRun()) {
        std::vector<std::int64_t> saved = run.checkpoints();
        std::sort(saved.rbegin(), saved.rend());
        for (const std::int64_t step : saved) {
            const QString path = folder.filePath(QStringLiteral("checkpoints/step-%1").arg(step));
            if (QFileInfo::exists(path))
                add(steps.empty() ? tr("step %1, the last").arg(formatCount(step))
                                  : tr("step %1").arg(formatCount(step)),
                    path, step);
        }
        // The checkpoints may have been cleared away; what the run left is enough to try.
        if (steps.empty() && folder.exists(QStringLiteral("adapter")))
            add(tr("step %1, the last").arg(formatCount(run.step())), folder.filePath(QStringLiteral("adapter")),
                run.step());
    }
    bool same = count() == texts.size();
    for (int row = 0; same && row < texts.size(); ++row)
        same = itemText(row) == texts[row] && itemData(row, folderRole).toString() == folders[row];
    if (same)
        return;
    const std::int64_t before = currentIndex() > 0 ? step() : -1;
    const QSignalBlocker quiet(this);
    clear();
    for (int i = 0; i < texts.size(); ++i) {
        addItem(texts[i], folders[i]);
        setItemData(i, QVariant::fromValue<qlonglong>(steps[static_cast<std::size_t>(i)]), stepRole);
    }
    const int kept = findData(QVariant::fromValue<qlonglong>(before), stepRole);
    setCurrentIndex(texts.isEmpty() ? -1 : std::max(kept, 0));
    setVisible(!texts.isEmpty());
    setEnabled(texts.size() > 1);
}

QString AdapterChoice::folder() const
{
    return currentData(folderRole).toString();
}

std::int64_t AdapterChoice::step() const
{
    return currentIndex() < 0 ? -1 : currentData(stepRole).toLongLong();
}

void AdapterChoice::wheelEvent(QWheelEvent* event)
{
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore();
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with the folder and the files that a set-up names.
#include "ui/ConfigForm.h"
#include "ui/NearestFile.h"

#include <QFileInfo>

namespace spectune {

QString ConfigForm::fileKey(bool evaluationFile)
{
    return evaluationFile ? QStringLiteral("data.eval_path") : QStringLiteral("data.path");
}

void ConfigForm::setLengths(const Answer* answer, bool evaluationFile)
{
    const auto* failure = answer ? std::get_if<Failure>(answer) : nullptr;
    const bool ofFile = failure && !failure->isCancelled()
        && (failure->kind == FailureKind::Io || failure->kind == FailureKind::Config);
    if (ofFile)
        m_faults[fileKey(evaluationFile)] = *failure;
    else if (m_faults.remove(fileKey(evaluationFile)) == 0)
        return;
    check();
}

bool ConfigForm::isUnreadable(bool evaluationFile) const
{
    return m_failures.contains(fileKey(evaluationFile)) || m_faults.contains(fileKey(evaluationFile));
}

void ConfigForm::addFileIssues()
{
    checkFile(QStringLiteral("model.path"), m_config.model.path, true);
    checkFile(QStringLiteral("data.path"), m_config.data.path, false);
    checkFile(QStringLiteral("data.eval_path"), m_config.data.evalPath, false);
    for (const auto* told : {&m_failures, &m_faults})
        for (auto it = told->constBegin(); it != told->constEnd(); ++it) {
            if (it->isCancelled())
                continue;
            const bool model = it.key() == QLatin1String("model.path");
            addExternal(it.key(),
                model                            ? makeMessage("The model cannot be used")
                    : it.key() == fileKey(false) ? makeMessage("The training file cannot be used")
                                                 : makeMessage("The evaluation file cannot be used"),
                it->message);
        }
}

void ConfigForm::checkFile(const QString& key, const std::string& path, bool folder)
{
    if (path.empty())
        return;
    const QFileInfo info(QString::fromStdString(path));
    if (folder ? info.isDir() : info.isFile())
        return;
    const QString near = nearestEntry(info.filePath(), folder);
    std::optional<FieldValue> suggestion;
    const std::string shown = info.filePath().toStdString();
    Message text = !info.exists() ? makeMessage("%1 does not exist.", shown)
        : folder                  ? makeMessage("%1 is a file, not a folder.", shown)
                                  : makeMessage("%1 is a folder, not a file.", shown);
    if (!near.isEmpty()) {
        text = makeMessage("%1 %2 is in the same folder.", text, QFileInfo(near).fileName().toStdString());
        suggestion = FieldValue {near.toStdString()};
    }
    const Message title = folder            ? makeMessage("Model folder not found")
        : key == QLatin1String("data.path") ? makeMessage("Training file not found")
                                            : makeMessage("Evaluation file not found");
    addExternal(key, title, text, suggestion);
}

} // namespace spectune

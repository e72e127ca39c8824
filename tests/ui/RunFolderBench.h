// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/monitor/RunHistory.h"
#include "ui/LoadedRun.h"

#include <QDir>
#include <QFile>
#include <QString>

#include <cmath>
#include <memory>

namespace spectune::test {

/// What a written run shall look like.
struct WrittenRun {
    RunConfig config;
    std::int64_t steps = 40; ///< done
    QString lastWord = QStringLiteral("Finished after step 40."); ///< of log.txt; empty: the run ended without a word
    std::int64_t checkpoint = 40; ///< −1: none
    double loss = 1.0; ///< at the end; it falls from three times that
    int shift = 0; ///< moves the ranks about
};

inline RunConfig smallConfig()
{
    RunConfig config;
    config.model.path = "/models/demo-llama";
    config.data.path = "/data/train.jsonl";
    config.train.steps = 40;
    config.adalora.initRank = 4;
    config.adalora.targetRank = 2;
    config.adalora.alpha = 8;
    config.adalora.ti = 4;
    config.adalora.tf = 12;
    config.adalora.deltaT = 2;
    return config;
}

/// 2 layers × (q, v, down): six matrices.
inline ModuleLayout smallLayout()
{
    ModuleLayout layout;
    layout.kinds = {"q_proj", "v_proj", "down_proj"};
    layout.layerCount = 2;
    layout.initRank = 4;
    for (std::int32_t layer = 0; layer < 2; ++layer)
        for (std::int32_t kind = 0; kind < 3; ++kind)
            layout.modules.push_back({"model.layers." + std::to_string(layer) + (kind < 2 ? ".self_attn." : ".mlp.")
                    + layout.kinds[static_cast<std::size_t>(kind)],
                LayerIndex {layer}, KindIndex {kind}, 64, 64});
    return layout;
}

inline void writeText(const QString& path, const QString& text)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0)
        qFatal("%s could not be written", qPrintable(path));
}

inline WrittenRun written(int shift, double loss, const QString& lastWord = "Finished after step 40.")
{
    return {.config = smallConfig(), .lastWord = lastWord, .loss = loss, .shift = shift};
}

/// A run's folder as the engine leaves it, without tensors.
inline QString writeRun(const QString& folder, const WrittenRun& run)
{
    writeText(folder + "/config.json", QString::fromStdString(toJson(run.config)));
    const ModuleLayout layout = smallLayout();
    QString metrics;
    QString ranks;
    for (std::int64_t step = 1; step <= run.steps; ++step) {
        const double done = static_cast<double>(step) / 40.0;
        const double loss = run.loss * (1.0 + 2.0 * std::exp(-5.0 * done));
        const MetricPoint point {step, loss, 0.1, 1e-3, 24 - step / 4, 0.5, 100, 0.5 * static_cast<double>(step), {}};
        metrics += QString::fromStdString(toJsonLine(point)) + '\n';
        if (step % 10 == 0) {
            const EvalPoint evaluation {step, loss + 0.05, {{"perplexity", std::exp(loss)}}};
            metrics += QString::fromStdString(toJsonLine(evaluation)) + '\n';
            MaskEvent event {step, 12, {}, 3, 1};
            for (int module = 0; module < 6; ++module)
                event.ranks.push_back((module + run.shift) % 5);
            ranks += QString::fromStdString(toJsonLine(event, layout)) + '\n';
        }
    }
    writeText(folder + "/metrics.jsonl", metrics);
    writeText(folder + "/ranks.jsonl", ranks);
    QString log = QStringLiteral("2026-03-02 10:00:00  Started at step 0 of %1 on Processor, 2 cores.\n")
                      .arg(run.config.train.steps);
    if (!run.lastWord.isEmpty())
        log += "2026-03-02 10:05:00  " + run.lastWord + '\n';
    writeText(folder + "/log.txt", log);
    if (run.checkpoint >= 0)
        writeText(QStringLiteral("%1/checkpoints/step-%2/state.json").arg(folder).arg(run.checkpoint), "{}");
    return folder;
}

/// writeRun(), and what is read from its folder.
inline std::shared_ptr<const LoadedRun> loadWritten(const QString& folder, const WrittenRun& run)
{
    return std::make_shared<LoadedRun>(loadRun(writeRun(folder, run)));
}

} // namespace spectune::test

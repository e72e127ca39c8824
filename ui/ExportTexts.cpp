// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ExportTexts.h"

#include "visualization/NumberFormat.h"

namespace spectune {

namespace {

constexpr double smallLoss = 1e-3;

/// For a POSIX shell.
QString quoted(QString path)
{
    return QLatin1Char('\'') + path.replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

} // namespace

QString ExportTexts::name(const QString& format, const ExportFacts& facts)
{
    if (format == QLatin1String("peft-adalora"))
        return tr("PEFT AdaLoRA");
    if (format == QLatin1String("peft-lora-padded"))
        return facts.largestRank > 0 ? tr("LoRA, padded to rank %1").arg(facts.largestRank) : tr("LoRA, padded");
    if (format == QLatin1String("peft-lora"))
        return tr("LoRA, true ranks");
    return format == QLatin1String("gguf-lora") ? tr("GGUF LoRA") : tr("Merged model");
}

QString ExportTexts::readBy(const QString& format, const ExportFacts& facts)
{
    QString vllm;
    if (facts.largestRank > 0 && facts.vllmMaxRank() == 0)
        vllm = tr(" Rank %1 is above the 512 that vLLM takes.").arg(facts.largestRank);
    if (format == QLatin1String("peft-adalora"))
        return tr("PEFT. Ranks and λ stay separate, so training can go on from here.");
    if (format == QLatin1String("peft-lora-padded"))
        return tr("PEFT. Made for vLLM, SGLang, Ollama and llama.cpp's converter.") + vllm;
    if (format == QLatin1String("peft-lora"))
        return tr("PEFT. Made for vLLM; no padding.") + vllm;
    if (format == QLatin1String("gguf-lora"))
        return tr("llama.cpp. Made for Ollama. Rows of q and k in the order of llama.cpp.");
    const QString type = facts.mergedType();
    return tr("transformers, and other programs that read Hugging Face folders. No adapter left%1.")
        .arg(type.isEmpty() ? QString() : QStringLiteral(", ") + type);
}

QString ExportTexts::vllmOption(const QString& format, const ExportFacts& facts)
{
    const bool read = format == QLatin1String("peft-lora-padded") || format == QLatin1String("peft-lora");
    return read && facts.largestRank > 0 && facts.vllmMaxRank() > 0
        ? QStringLiteral("--max-lora-rank %1").arg(facts.vllmMaxRank())
        : QString();
}

QString ExportTexts::expectedSize(const QString& format, const ExportFacts& facts)
{
    const std::int64_t bytes = facts.expectedBytes(format);
    if (bytes <= 0)
        return tr("after writing");
    const QString size = formatFileSize(static_cast<double>(bytes));
    return size.front().isDigit() ? tr("about %1").arg(size) : size; // "under 0.1 MB" is no figure
}

QString ExportTexts::shortOfSpace(std::int64_t wanted, std::int64_t free)
{
    if (free < 0 || wanted <= free)
        return {};
    const auto gigabytes = [](std::int64_t bytes) { return formatFixed(static_cast<double>(bytes) / 1e9, 1); };
    return tr("About %1 GB would be written; %2 GB are free on that disk.").arg(gigabytes(wanted), gigabytes(free));
}

QString ExportTexts::failed(const QStringList& names, FailureKind kind, const QString& button)
{
    const QString what = tr("Not written: %1.").arg(names.join(QStringLiteral(", ")));
    switch (kind) {
    case FailureKind::Io: return tr("%1 Free space or choose another folder, then press “%2”.").arg(what, button);
    case FailureKind::OutOfMemory:
        return tr("%1 Close other programs that hold memory, then press “%2”; or untick it.").arg(what, button);
    default: break;
    }
    return tr("%1 Its line says why. Once that is mended, press “%2”; or untick it.").arg(what, button);
}

QString ExportTexts::differs(const QStringList& names, const QString& button)
{
    return tr("%1 differs from what was trained: do not use that file. Choose another folder, then press “%2”.")
        .arg(names.join(QStringLiteral(", ")), button);
}

QString ExportTexts::outcome(const ExportReport& report)
{
    if (!report.verified)
        return tr("Differs from what was trained");
    return report.maxDifference == 0.0 ? tr("Read back, equal bit for bit") : tr("Read back");
}

QString ExportTexts::detail(const ExportReport& report)
{
    if (report.format != "merged" || !report.verified)
        return tr("max |difference of ΔW| %1").arg(formatScientific(report.maxDifference, 1));
    if (report.roundingLoss == 0.0)
        return tr("to W0 + ΔW; nothing was rounded");
    const QString type = QString::fromStdString(report.dtype);
    if (report.roundingLoss < smallLoss) // too little for per cent
        return tr("rounding to %1: relative change of ΔW %2").arg(type, formatScientific(report.roundingLoss, 1));
    return tr("rounding to %1 changes ΔW by %2 %").arg(type, formatShort(100.0 * report.roundingLoss));
}

QString ExportTexts::method(const ExportFacts& facts, double maxDelta)
{
    QString text = tr("ΔW is rebuilt from the written file and compared with the engine's, element by element.");
    if (maxDelta > 0.0)
        text += tr(" The largest |ΔW| is %1.").arg(formatShort(maxDelta));
    text += facts.mergedType().isEmpty()
        ? tr(" The merged model must equal W0 + ΔW, rounded to its type, bit for bit.")
        : tr(" The merged model must equal W0 + ΔW, rounded to %1, bit for bit.").arg(facts.mergedType());
    return text
        + tr(" An adapter that differs by more than 1e−5 of the largest |ΔW| fails: its file is kept; do not use it.");
}

QString ExportTexts::commands(const ExportReport& report, const QString& model)
{
    const QString path = QString::fromStdString(report.path);
    QString text = QStringLiteral("# %1\n").arg(QString::fromStdString(report.format));
    if (report.format == "gguf-lora") {
        text += QStringLiteral("python convert_hf_to_gguf.py %1 --outfile base.gguf\n").arg(quoted(model));
        text
            += QStringLiteral("llama-cli -m base.gguf --lora %1\n").arg(quoted(path + QStringLiteral("/adapter.gguf")));
        return text;
    }
    if (report.format == "merged")
        return text
            + QStringLiteral("python -c \"import sys; from transformers import AutoModelForCausalLM as M; "
                             "print(M.from_pretrained(sys.argv[1]))\" %1\n")
                  .arg(quoted(path));
    text += QStringLiteral(
        "python -c \"import sys; from transformers import AutoModelForCausalLM as M; from peft import "
        "PeftModel as P; print(P.from_pretrained(M.from_pretrained(sys.argv[1]), sys.argv[2]))\" "
        "%1 %2\n")
                .arg(quoted(model), quoted(path));
    if (report.vllmMaxRank > 0)
        text += QStringLiteral("vllm serve %1 --enable-lora --max-lora-rank %2 --lora-modules %3\n")
                    .arg(quoted(model))
                    .arg(report.vllmMaxRank)
                    .arg(quoted(QStringLiteral("tuned=") + path));
    return text;
}

} // namespace spectune

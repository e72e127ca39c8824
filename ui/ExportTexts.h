// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"
#include "training/session/Requests.h"
#include "ui/ExportFacts.h"

#include <QCoreApplication>
#include <QString>
#include <QStringList>

namespace spectune {

/// What the export window says of a format: its name, who reads it, what the check found, how to use what was written.
/// A program is called a reader only where it was tried; "made for" says that its documentation asks for this form.
class ExportTexts {
    Q_DECLARE_TR_FUNCTIONS(spectune::ExportTexts)
public:
    [[nodiscard]] static QString name(const QString& format, const ExportFacts& facts);
    [[nodiscard]] static QString readBy(const QString& format, const ExportFacts& facts);
    /// What vLLM has to be started with, as it is typed: "--max-lora-rank 16"; empty: nothing.
    [[nodiscard]] static QString vllmOption(const QString& format, const ExportFacts& facts);
    /// "about 20.1 MB", or what stands in its place.
    [[nodiscard]] static QString expectedSize(const QString& format, const ExportFacts& facts);
    /// What is wanted and what is free, where that is too little; else empty. @param free below 0: not known
    [[nodiscard]] static QString shortOfSpace(std::int64_t wanted, std::int64_t free);
    /// For the foot: which profiles were not written, and what to do.
    /// @param kind of the last failure
    /// @param button what the button reads that writes them anew
    [[nodiscard]] static QString failed(const QStringList& names, FailureKind kind, const QString& button);
    /// For the foot: which files are not what was trained, and what to do.
    [[nodiscard]] static QString differs(const QStringList& names, const QString& button);
    [[nodiscard]] static QString outcome(const ExportReport& report);
    [[nodiscard]] static QString detail(const ExportReport& report);
    /// How what is compared is compared, for the foot of the table.
    [[nodiscard]] static QString method(const ExportFacts& facts, double maxDelta);
    /// Lines for a shell that load what was written. @param model the base's folder
    [[nodiscard]] static QString commands(const ExportReport& report, const QString& model);
};

} // namespace spectune

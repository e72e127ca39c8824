// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"
#include "training/session/Requests.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>

#include <optional>

namespace spectune {

/// The set-up being edited: the configuration as a value, what is known of its model and data, and all that is wrong
/// with it. The fields on the page show this and change it; nothing else does. GUI thread.
class ConfigForm : public QObject {
    Q_OBJECT
public:
    explicit ConfigForm(QObject* parent = nullptr);

    [[nodiscard]] const RunConfig& config() const { return m_config; }
    /// Replaces all values and forgets what could not be read. replaced() and changed("") follow.
    void setConfig(const RunConfig& config);

    [[nodiscard]] FieldValue value(const QString& key) const;
    /// A value out of range is kept as the field's error, not in the configuration.
    void setValue(const QString& key, const FieldValue& value);
    /// The text as typed.
    void setText(const QString& key, const QString& text);
    /// "12 (by target)" for a field that is derived, else empty.
    [[nodiscard]] QString derivedText(const QString& key) const;

    /// Answers about the model folder and the two files; a Failure becomes an issue of the field.
    void setModel(const Answer& answer);
    void setPreview(const Answer& answer, bool evaluationFile);
    /// A file's samples were read for their lengths, and what is wrong with one of them is an issue, too. Null: they
    /// are no longer known.
    void setLengths(const Answer* answer, bool evaluationFile);
    /// What is known of the old folder or file is no longer true. That the model is not known is told with what comes
    /// next: a value, or an answer.
    void forgetModel();
    void forgetPreview(bool evaluationFile);
    [[nodiscard]] const std::optional<ModelSummary>& model() const { return m_model; }
    [[nodiscard]] const std::optional<DataPreview>& preview(bool evaluationFile) const;
    [[nodiscard]] std::optional<Failure> failure(const QString& key) const;
    /// What the session found was wrong with the file itself, at its beginning or further on.
    [[nodiscard]] bool isUnreadable(bool evaluationFile) const;

    /// The device that a start would take, and its memory as far as it is known.
    void setDevice(const DeviceSummary& device);
    [[nodiscard]] const DeviceSummary& device() const { return m_device; }

    [[nodiscard]] RunFacts facts() const;
    [[nodiscard]] ResolvedRun resolved() const;
    /// How often a run would go through the training file, whose last batch may be smaller; 0: not known.
    [[nodiscard]] double epochs() const;
    /// Adapted matrices of the grid, [layers × kinds of the model], row by row; empty without a model.
    [[nodiscard]] std::vector<bool> targets() const;
    /// The same set: adalora.targets, layers and, where these cannot say it, modules. @pre a model, and one is ticked
    void setTargets(const std::vector<bool>& ticked);
    [[nodiscard]] std::vector<std::string> matrixKinds() const; ///< columns of that grid
    [[nodiscard]] std::int64_t trainableParameters() const; ///< at the start: all P, Q and Λ; 0 without a model

    /// A field that a run needs and that nobody has filled in yet is a note among them, until it was edited or
    /// demanded.
    [[nodiscard]] const std::vector<Issue>& issues() const { return m_issues; }
    [[nodiscard]] int errorCount() const;
    [[nodiscard]] int warningCount() const;
    /// The first of these notes, in words: "Choose a model"; empty: nothing is awaited.
    [[nodiscard]] QString nextChoice() const;
    /// A start is wanted: what is not filled in is an error from now on.
    void demandAll();

Q_SIGNALS:
    /// A value has changed; empty: all may have.
    void changed(const QString& key);
    /// Model, data or issues have changed.
    void checked();
    /// All values have given way to others.
    void replaced(const spectune::RunConfig& before);

private:
    [[nodiscard]] static QString fileKey(bool evaluationFile);
    void check();
    void addFileIssues();
    void addMemoryIssue();
    void addExternal(const QString& key, const Message& title, const Message& text,
        const std::optional<FieldValue>& suggestion = {});
    void checkFile(const QString& key, const std::string& path, bool folder);
    [[nodiscard]] bool isAwaited(const std::string& key) const;
    void noteInsteadOfError(Issue& issue) const;

    RunConfig m_config;
    QHash<QString, Message> m_unreadable; ///< key → what is wrong with the text typed there
    QSet<QString> m_edited; ///< keys of this set-up's fields
    bool m_demanded = false; ///< all of them
    QHash<QString, Failure> m_failures; ///< key → answer of the session
    QHash<QString, Failure> m_faults; ///< the same of a sample further on in the file
    std::optional<ModelSummary> m_model;
    std::optional<DataPreview> m_train;
    std::optional<DataPreview> m_evaluation;
    DeviceSummary m_device;
    std::vector<Issue> m_issues;
};

} // namespace spectune

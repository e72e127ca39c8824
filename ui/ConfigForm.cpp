// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ConfigForm.h"

#include "training/config/TargetSelection.h"
#include "training/core/Error.h"
#include "ui/MemoryFacts.h"
#include "ui/MessageWords.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace spectune {

namespace {
constexpr std::string_view modelKey = "model.path";
constexpr std::string_view dataKey = "data.path";
} // namespace

ConfigForm::ConfigForm(QObject* parent)
    : QObject(parent)
{
    check();
}

void ConfigForm::setConfig(const RunConfig& config)
{
    const bool sameModel = config.model.path == m_config.model.path;
    const RunConfig before = std::exchange(m_config, config);
    m_unreadable.clear();
    m_edited.clear();
    m_demanded = false;
    if (!sameModel)
        forgetModel();
    m_failures.remove(fileKey(false));
    m_failures.remove(fileKey(true));
    m_faults.clear();
    m_train.reset();
    m_evaluation.reset();
    Q_EMIT replaced(before);
    Q_EMIT changed(QString());
    check();
}

FieldValue ConfigForm::value(const QString& key) const
{
    return fieldValue(m_config, key.toStdString());
}

void ConfigForm::setValue(const QString& key, const FieldValue& value)
{
    m_edited.insert(key);
    try {
        setFieldValue(m_config, key.toStdString(), value);
        m_unreadable.remove(key);
    } catch (const Error& error) {
        m_unreadable[key] = error.message();
    }
    Q_EMIT changed(key);
    check();
}

void ConfigForm::setText(const QString& key, const QString& text)
{
    m_edited.insert(key);
    try {
        setFieldFromText(m_config, key.toStdString(), text.toStdString());
        m_unreadable.remove(key);
    } catch (const Error& error) {
        m_unreadable[key] = error.message();
    }
    Q_EMIT changed(key);
    check();
}

QString ConfigForm::derivedText(const QString& key) const
{
    const ResolvedRun run = resolved();
    const bool steps = run.totalSteps > 0;
    if (key == QLatin1String("adalora.init_rank"))
        return usesRankMap(m_config) ? tr("%1 (by the map)").arg(run.initRank) : tr("%1 (by target)").arg(run.initRank);
    if (key == QLatin1String("adalora.alpha"))
        return tr("%1 (2 × init)").arg(QString::number(run.alpha, 'g', 6));
    if (key == QLatin1String("adalora.total_budget"))
        return run.schedule.targetBudget > 0 ? tr("%1 (derived)").arg(formatCount(run.schedule.targetBudget))
                                             : tr("target × matrices");
    if (key == QLatin1String("adalora.ti"))
        return steps ? tr("%1 (10 %)").arg(formatCount(run.schedule.warmUpEnd)) : tr("10 %");
    if (key == QLatin1String("adalora.tf"))
        return steps ? tr("%1 (50 %)").arg(formatCount(run.schedule.finalSteps)) : tr("50 %");
    if (key == QLatin1String("adalora.delta_t"))
        return steps ? tr("%1 (T/1000)").arg(formatCount(run.schedule.interval)) : tr("T/1000");
    if (key == QLatin1String("adalora.targets"))
        return tr("all linear ones of the blocks");
    if (key == QLatin1String("adalora.layers"))
        return tr("all");
    if (key == QLatin1String("adalora.modules"))
        return tr("matrices × layers");
    if (key == QLatin1String("data.columns.prompt")) // as the file names it
        return QStringLiteral("prompt");
    if (key == QLatin1String("data.columns.completion"))
        return QStringLiteral("completion");
    return {};
}

void ConfigForm::setModel(const Answer& answer)
{
    const QString key = QStringLiteral("model.path");
    m_model.reset();
    m_failures.remove(key);
    if (const auto* summary = std::get_if<ModelSummary>(&answer))
        m_model = *summary;
    else if (const auto* failure = std::get_if<Failure>(&answer))
        m_failures[key] = *failure;
    check();
}

void ConfigForm::setPreview(const Answer& answer, bool evaluationFile)
{
    const QString key = fileKey(evaluationFile);
    auto& preview = evaluationFile ? m_evaluation : m_train;
    m_failures.remove(key);
    if (const auto* read = std::get_if<DataPreview>(&answer)) {
        preview = *read;
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        preview.reset();
        m_failures[key] = *failure;
    }
    check();
}

void ConfigForm::forgetModel()
{
    m_model.reset();
    m_failures.remove(QStringLiteral("model.path"));
}

void ConfigForm::forgetPreview(bool evaluationFile)
{
    auto& preview = evaluationFile ? m_evaluation : m_train;
    const QString key = fileKey(evaluationFile);
    if (!preview && !m_failures.contains(key))
        return;
    preview.reset();
    m_failures.remove(key);
    check(); // sample, steps and issues were of the old file
}

const std::optional<DataPreview>& ConfigForm::preview(bool evaluationFile) const
{
    return evaluationFile ? m_evaluation : m_train;
}

std::optional<Failure> ConfigForm::failure(const QString& key) const
{
    const auto found = m_failures.constFind(key);
    return found == m_failures.constEnd() ? std::nullopt : std::optional<Failure>(*found);
}

void ConfigForm::setDevice(const DeviceSummary& device)
{
    m_device = device;
    check();
}

RunFacts ConfigForm::facts() const
{
    RunFacts facts;
    if (m_train)
        facts.samples = m_train->samples;
    if (!m_model)
        return facts;
    facts.width = m_model->width;
    facts.layers = m_model->layers;
    facts.maxPositions = m_model->maxPositions;
    const std::vector<bool> ticked = targets();
    facts.matrices = std::count(ticked.begin(), ticked.end(), true);
    const std::size_t kinds = m_model->matrices.size();
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        if (!ticked[i])
            continue;
        const MatrixShape& shape = m_model->matrices[i % kinds];
        const std::int64_t side = std::min(shape.inFeatures, shape.outFeatures);
        facts.smallestSide = facts.smallestSide == 0 ? side : std::min(facts.smallestSide, side);
    }
    if (m_config.adalora.rankMap.empty())
        return facts;
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        const MatrixShape& shape = m_model->matrices[i % kinds];
        facts.blockMatrices.push_back({.name = matrixPath(static_cast<std::int64_t>(i / kinds), shape.kind),
            .side = std::min(shape.inFeatures, shape.outFeatures),
            .adapted = ticked[i]});
    }
    return facts;
}

ResolvedRun ConfigForm::resolved() const
{
    return resolveRun(m_config, facts());
}

double ConfigForm::epochs() const
{
    const std::int64_t samples = facts().samples;
    const std::int64_t batch = m_config.train.batchSize;
    if (samples < 1 || batch < 1)
        return 0.0;
    return static_cast<double>(resolved().totalSteps) / static_cast<double>((samples + batch - 1) / batch);
}

std::vector<bool> ConfigForm::targets() const
{
    if (!m_model)
        return {};
    return TargetSelection::of(m_config.adalora).ticks(matrixKinds(), m_model->layers);
}

void ConfigForm::setTargets(const std::vector<bool>& ticked)
{
    const TargetSelection chosen = TargetSelection::fromTicks(ticked, matrixKinds(), m_model->layers);
    setValue(QStringLiteral("adalora.modules"), FieldValue {std::vector<std::string> {}});
    setValue(QStringLiteral("adalora.layers"), FieldValue {chosen.layers});
    setValue(QStringLiteral("adalora.targets"), FieldValue {chosen.kinds});
    if (!chosen.modules.empty())
        setValue(QStringLiteral("adalora.modules"), FieldValue {chosen.modules});
}

std::vector<std::string> ConfigForm::matrixKinds() const
{
    std::vector<std::string> kinds;
    for (std::size_t i = 0; m_model && i < m_model->matrices.size(); ++i)
        kinds.push_back(m_model->matrices[i].kind);
    return kinds;
}

std::int64_t ConfigForm::trainableParameters() const
{
    const std::vector<bool> ticked = targets();
    const std::int64_t ofLambda = hasLambda(m_config.method) ? 1 : 0;
    const ResolvedRun run = resolved();
    std::int64_t parameters = 0;
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        if (!ticked[i])
            continue;
        const std::size_t kinds = m_model->matrices.size();
        const MatrixShape& matrix = m_model->matrices[i % kinds];
        const std::int64_t rank = usesRankMap(m_config)
            ? initialRankOf(m_config, run, matrixPath(static_cast<std::int64_t>(i / kinds), matrix.kind))
            : run.initRank;
        parameters += rank * (matrix.inFeatures + matrix.outFeatures + ofLambda);
    }
    return parameters;
}

int ConfigForm::errorCount() const
{
    return static_cast<int>(std::count_if(
        m_issues.begin(), m_issues.end(), [](const Issue& issue) { return issue.severity == Severity::Error; }));
}

int ConfigForm::warningCount() const
{
    return static_cast<int>(std::count_if(
        m_issues.begin(), m_issues.end(), [](const Issue& issue) { return issue.severity == Severity::Warning; }));
}

QString ConfigForm::nextChoice() const
{
    const auto awaited = std::ranges::find_if(m_issues, [this](const Issue& issue) { return isAwaited(issue.key); });
    return awaited == m_issues.end() ? QString() : messageWords(awaited->title);
}

void ConfigForm::demandAll()
{
    m_demanded = true;
    check();
}

bool ConfigForm::isAwaited(const std::string& key) const
{
    const bool needed = key == modelKey || key == dataKey; // the two that have no default
    return needed && !m_demanded && !m_edited.contains(QString::fromStdString(key))
        && (key == modelKey ? m_config.model.path : m_config.data.path).empty();
}

// Nothing is wrong with a form that nobody has filled in yet: it says what comes next.
void ConfigForm::noteInsteadOfError(Issue& issue) const
{
    if (!isAwaited(issue.key))
        return;
    issue.severity = Severity::Note;
    const bool model = issue.key == modelKey;
    issue.title = model ? makeMessage("Choose a model") : makeMessage("Choose a training file");
    issue.text = model
        ? makeMessage("The bundled one, a folder on this machine, or one that was fetched from the Hugging Face hub.")
        : makeMessage("Text, JSON lines or a table: the format is recognised, and the first sample then shown below.");
}

void ConfigForm::check()
{
    m_issues.clear();
    for (auto it = m_unreadable.constBegin(); it != m_unreadable.constEnd(); ++it)
        addExternal(it.key(), makeMessage("Not a value for this field"), it.value());
    addFileIssues();
    const RunFacts known = facts();
    for (Issue& issue : validate(m_config, m_model ? &known : nullptr)) {
        noteInsteadOfError(issue);
        const bool told = std::any_of(m_issues.begin(), m_issues.end(),
            [&issue](const Issue& other) { return other.key == issue.key && other.severity == Severity::Error; });
        if (!told)
            m_issues.push_back(std::move(issue));
    }
    addMemoryIssue();
    std::stable_sort(
        m_issues.begin(), m_issues.end(), [](const Issue& a, const Issue& b) { return a.severity > b.severity; });
    Q_EMIT checked();
}

void ConfigForm::addMemoryIssue()
{
    const auto memory = errorCount() == 0 ? MemoryFacts::of(*this) : std::nullopt;
    if (!memory || !memory->isDeviceKnown() || memory->fits())
        return;
    const auto words = [](std::int64_t bytes) { return formatMemory(static_cast<double>(bytes)).toStdString(); };
    m_issues.push_back({Severity::Warning, "train.micro_batch_size", makeMessage("May not fit into memory"),
        makeMessage(
            "About %1 are needed at full sample length, %2 are free. \"Memory\" below says what would make it fit.",
            words(memory->estimate.total()), words(memory->free)),
        {}});
}

void ConfigForm::addExternal(
    const QString& key, const Message& title, const Message& text, const std::optional<FieldValue>& suggestion)
{
    const std::string name = key.toStdString();
    if (std::any_of(m_issues.begin(), m_issues.end(), [&name](const Issue& issue) { return issue.key == name; }))
        return;
    m_issues.push_back({Severity::Error, name, title, text, suggestion});
}

} // namespace spectune

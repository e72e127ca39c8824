// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SamplingPanel.h"

#include "ui/FieldLine.h"
#include "ui/HelpKey.h"
#include "ui/KeyValueList.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "visualization/NumberFormat.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace spectune {

namespace {

void explain(const QString& key, const QString& help, std::initializer_list<QWidget*> parts)
{
    const QString text = QStringLiteral("<p>%1</p><p>%2</p>");
    const QString words = help.toHtmlEscaped();
    const QString link = QStringLiteral("<a href='glossary:%1'>%2</a>").arg(key, SamplingPanel::tr("In the glossary"));
    for (QWidget* part : parts) {
        part->setToolTip(text.arg(words, SamplingPanel::tr("Press F1 in this field for the glossary")));
        part->setWhatsThis(text.arg(words, link));
        part->setAccessibleDescription(help);
        setHelpKey(*part, key);
    }
}

} // namespace

SamplingPanel::SamplingPanel(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_presets = new Segmented({tr("Greedy"), tr("Balanced"), tr("Free")});
    head->addWidget(makeHeading(tr("Sampling")));
    head->addStretch();
    head->addWidget(m_presets);
    column->addLayout(head);
    auto* sampling = makeSection(0, 10);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(5);
    addRows(grid);
    explainRows();
    sampling->addLayout(grid);
    m_hint = makeCaption(QString(), "third", true);
    sampling->addWidget(m_hint);
    column->addLayout(sampling);
    column->addWidget(makeRule());
    auto* evaluations = makeSection();
    evaluations->addWidget(makeHeading(tr("Evaluations of this run")));
    m_evaluations = new KeyValueList;
    evaluations->addWidget(m_evaluations);
    m_noEvaluations = makeText(QString(), "third", true);
    evaluations->addWidget(m_noEvaluations);
    column->addLayout(evaluations);
    connect(m_presets, &Segmented::chosen, this, &SamplingPanel::applyPreset);
    connect(&run, &RunModel::reset, this, &SamplingPanel::refreshEvaluations);
    connect(&run, &RunModel::evaluationAppended, this, &SamplingPanel::refreshEvaluations);
    applyPreset(0);
    refreshEvaluations();
}

void SamplingPanel::addRows(QGridLayout* grid)
{
    m_temperature = addRow(grid, tr("Temperature"), 0, 2, 0.05, 2, 0);
    m_topP = addRow(grid, tr("Top-p"), 0.05, 1, 0.05, 2, 1);
    m_topK = addRow(grid, tr("Top-k"), 0, 200, 1, 0, 0);
    m_length = addRow(grid, tr("New tokens"), 1, 1024, 1, 0, 64);
    m_seed = new FieldLine;
    m_seed->setText(QStringLiteral("42"));
    m_seed->setAlignment(Qt::AlignRight);
    m_seed->setFixedWidth(62);
    m_seed->setStepping(0, 1e9);
    m_seed->setAccessibleName(tr("Seed"));
    m_seedName = makeText(tr("Seed"));
    grid->addWidget(m_seedName, 4, 0);
    grid->addWidget(makeCaption(tr("same for both")), 4, 1);
    grid->addWidget(m_seed, 4, 2);
    m_stop = new FieldLine;
    m_stop->setPlaceholderText(tr("none; \\n is a line break"));
    m_stop->setAccessibleName(tr("Stop text"));
    m_stopName = makeText(tr("Stop at"));
    grid->addWidget(m_stopName, 5, 0);
    grid->addWidget(m_stop, 5, 1, 1, 2);
    grid->setColumnStretch(1, 1);
}

void SamplingPanel::explainRows()
{
    const auto explainRow = [](const Row& row, const QString& key, const QString& help) {
        explain(key, help, {row.name, row.slider, row.field});
    };
    explainRow(m_temperature, QStringLiteral("try.temperature"),
        tr("Below 1 the likely tokens become likelier still, above 1 all become more alike. 0: always the likeliest "
           "token."));
    explainRow(m_topP, QStringLiteral("try.top_p"),
        tr("Draws from the fewest likeliest tokens that together have this probability. 1: from all."));
    explainRow(m_topK, QStringLiteral("try.top_k"), tr("Draws from this many of the likeliest tokens. 0: from all."));
    explainRow(m_length, QStringLiteral("try.new_tokens"),
        tr("The most tokens that an answer gets. The model's own end or the stop text may come before."));
    explain(QStringLiteral("try.seed"),
        tr("Starts the random numbers of both sides. The same seed and settings give the same answer."),
        {m_seedName, m_seed});
    explain(QStringLiteral("try.stop"),
        tr("The answer ends before this text. Without it only the model's own end and New tokens do."),
        {m_stopName, m_stop});
}

SamplingPanel::Row SamplingPanel::addRow(
    QGridLayout* grid, const QString& name, double low, double high, double scale, int decimals, double value)
{
    Row row {new QSlider(Qt::Horizontal), new FieldLine, makeText(name), scale, decimals};
    row.slider->setRange(qRound(low / scale), qRound(high / scale));
    row.slider->setAccessibleName(name);
    row.field->setAccessibleName(name);
    row.field->setAlignment(Qt::AlignRight);
    row.field->setFixedWidth(62);
    const int line = grid->rowCount() == 1 && grid->count() == 0 ? 0 : grid->rowCount();
    grid->addWidget(row.name, line, 0);
    grid->addWidget(row.slider, line, 1);
    grid->addWidget(row.field, line, 2);
    setValue(row, value);
    connect(row.slider, &QSlider::valueChanged, this, [this, row](int position) {
        row.field->setText(QString::number(position * row.scale, 'f', row.decimals));
        refresh();
    });
    connect(row.field, &QLineEdit::editingFinished, this, [this, row] {
        bool readable = false;
        const double typed = row.field->text().toDouble(&readable);
        setValue(row, readable ? typed : row.slider->value() * row.scale);
    });
    return row;
}

void SamplingPanel::setValue(const Row& row, double value)
{
    const int position
        = std::clamp(static_cast<int>(std::lround(value / row.scale)), row.slider->minimum(), row.slider->maximum());
    row.slider->setValue(position);
    row.field->setText(QString::number(position * row.scale, 'f', row.decimals));
}

void SamplingPanel::setRowEnabled(const Row& row, bool enabled)
{
    for (QWidget* part : std::initializer_list<QWidget*> {row.name, row.slider, row.field})
        part->setEnabled(enabled);
}

void SamplingPanel::applyPreset(int preset)
{
    setValue(m_temperature, preset == 0 ? 0.0 : preset == 1 ? 0.7 : 1.0);
    setValue(m_topP, preset == 1 ? 0.95 : 1.0);
    setValue(m_topK, 0.0);
    refresh();
}

Generate SamplingPanel::settings() const
{
    Generate request;
    request.temperature = m_temperature.slider->value() * m_temperature.scale;
    request.topP = m_topP.slider->value() * m_topP.scale;
    request.topK = m_topK.slider->value();
    request.stop = m_stop->text().replace(QLatin1String("\\n"), QLatin1String("\n")).toStdString();
    request.maxNewTokens = m_length.slider->value();
    request.seed = m_seed->text().toLongLong();
    return request;
}

void SamplingPanel::refresh()
{
    if (!m_hint)
        return;
    const Generate now = settings();
    const bool greedy = now.temperature == 0.0;
    setRowEnabled(m_topP, !greedy);
    setRowEnabled(m_topK, !greedy);
    m_seed->setEnabled(!greedy);
    m_hint->setText(greedy
            ? tr("At temperature 0 the likeliest token is taken, so top\u2011p, top\u2011k and seed change nothing.")
            : now.topK > 0 ? tr("Both sides draw with the same seed, among the %1 likeliest tokens.").arg(now.topK)
                           : tr("Both sides draw with the same seed. Top\u2011k 0: all tokens."));
    m_presets->setCurrent(greedy                     ? 0
            : std::abs(now.temperature - 0.7) < 0.01 ? 1
            : std::abs(now.temperature - 1.0) < 0.01 ? 2
                                                     : -1);
}

void SamplingPanel::refreshEvaluations()
{
    const auto& points = m_run.history().evaluations;
    KeyValueList::Rows rows;
    if (!points.empty()) {
        const auto add = [&rows](const QString& when, const EvalPoint& point) {
            rows.emplace_back(tr("%1, step %2").arg(when, formatCount(point.step)), formatLoss(point.evalLoss));
        };
        add(tr("first"), points.front());
        const auto best = std::min_element(points.begin(), points.end(),
            [](const EvalPoint& a, const EvalPoint& b) { return a.evalLoss < b.evalLoss; });
        add(tr("best"), *best);
        add(tr("last"), points.back());
        for (const auto& [name, value] : points.back().metrics)
            rows.emplace_back(
                QString::fromStdString(name).replace(QLatin1Char('_'), QLatin1Char(' ')), formatShort(value));
    }
    m_evaluations->setRows(rows);
    m_evaluations->setVisible(!rows.empty()); // else the layout keeps room between it and its neighbours
    m_noEvaluations->setText(m_run.config().data.evalPath.empty() ? tr("None: the set-up has no evaluation file.")
                                                                  : tr("None yet. They come while a run trains."));
    m_noEvaluations->setVisible(rows.empty());
}

} // namespace spectune

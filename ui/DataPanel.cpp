// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/DataPanel.h"

#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/FieldTexts.h"
#include "ui/KeyValueList.h"
#include "ui/LengthsSection.h"
#include "ui/MessageWords.h"
#include "ui/ModelSources.h"
#include "ui/PageParts.h"
#include "ui/ScrollGutter.h"
#include "ui/SetupFields.h"
#include "ui/WholeWordsArea.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"
#include "visualization/TokenText.h"
#include "visualization/TokenView.h"

#include <QBuffer>
#include <QFileInfo>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

/// 10 px of a token's ground with an edge, and 6 px of room behind it, for a rich text.
QString swatch(const QColor& ground)
{
    constexpr int side = 10;
    constexpr int room = 6;
    constexpr int scale = 3; // sharp on a dense screen as well
    QImage image(QSize(side + room, side) * scale, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.scale(scale, scale);
    painter.fillRect(0, 0, side, side, Theme::current().fieldLine);
    painter.fillRect(1, 1, side - 2, side - 2, ground);
    painter.end();
    QByteArray bytes;
    QBuffer file(&bytes);
    file.open(QIODevice::WriteOnly);
    image.save(&file, "PNG");
    return QStringLiteral("<img src='data:image/png;base64,%1' width='%2' height='%3'>")
        .arg(QString::fromLatin1(bytes.toBase64()))
        .arg(side + room)
        .arg(side);
}

/// A table may have thousands of columns with names of any length.
QString namesOf(const std::vector<std::string>& columns)
{
    constexpr std::size_t mostColumns = 12;
    QStringList names;
    for (std::size_t i = 0; i < std::min(columns.size(), mostColumns); ++i)
        names << visibleText(QString::fromStdString(columns[i]), 40);
    const QString joined = names.join(QStringLiteral(", "));
    return columns.size() > mostColumns
        ? DataPanel::tr("%1 and %2 more").arg(joined, formatCount(static_cast<qint64>(columns.size() - mostColumns)))
        : joined;
}

} // namespace

DataPanel::DataPanel(ConfigForm& form, SetupFields& fields, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeModelSection(fields));
    column->addWidget(makeRule());
    column->addWidget(makeDataSection(fields));
    column->addWidget(makePreviewSection());
    m_lengths = new LengthsSection(form);
    connect(m_lengths, &LengthsSection::told, this, &DataPanel::told);
    column->addWidget(m_lengths);
    column->addStretch(1);
    auto* area = new WholeWordsArea(body, tr("Model and dataset"));
    outer->addWidget(area, 1);
    outer->addWidget(makeRule());
    auto* foot = makeSection();
    foot->addWidget(makeHeading(tr("Evaluate and save")));
    auto* grid = new QGridLayout;
    fields.fill(grid,
        {QStringLiteral("train.eval_every"), QStringLiteral("train.save_every"), QStringLiteral("train.seed")}, 3);
    foot->addLayout(grid);
    outer->addLayout(foot);
    new ScrollGutter(*area, *foot);
    connect(&form, &ConfigForm::checked, this, [this] {
        refreshModel();
        refreshPreview();
    });
    refreshModel();
    refreshPreview();
}

QWidget* DataPanel::makeModelSection(SetupFields& fields)
{
    auto* section = new QWidget;
    auto* column = makeSection();
    section->setLayout(column);
    m_sources = new ModelSources(m_form, fields);
    column->addWidget(m_sources);
    m_summary = new KeyValueList;
    column->addWidget(m_summary);
    connect(m_sources, &ModelSources::told, this, &DataPanel::told);
    return section;
}

QWidget* DataPanel::makeDataSection(SetupFields& fields)
{
    auto* section = new QWidget;
    auto* column = makeSection(10, 4);
    section->setLayout(column);
    auto* head = new QHBoxLayout; // one line, so that the preview further down shows more of its sample
    m_decision = makeCaption(QString());
    head->addWidget(makeHeading(tr("Dataset")));
    head->addStretch();
    head->addWidget(m_decision);
    column->addLayout(head);
    column->addWidget(fields.make(QStringLiteral("data.path")));
    column->addWidget(fields.make(QStringLiteral("data.eval_path")));
    auto* grid = new QGridLayout;
    fields.fill(grid,
        {QStringLiteral("data.format"), QStringLiteral("data.max_length"), QStringLiteral("data.columns.prompt"),
            QStringLiteral("data.columns.completion")},
        2);
    grid->setColumnStretch(0, 3); // a format's name is longer than a number
    grid->setColumnStretch(1, 2);
    column->addLayout(grid);
    m_columns = makeCaption(QString(), "third", true);
    column->addWidget(m_columns);
    return section;
}

QWidget* DataPanel::makePreviewSection()
{
    auto* section = new QWidget;
    auto* column = makeSection(4, 10);
    section->setLayout(column);
    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    m_sampleText = makeCaption(QString());
    m_previous = makeSmallButton(QString(), QStringLiteral("previous"));
    m_next = makeSmallButton(QString(), QStringLiteral("next"));
    m_previous->setToolTip(tr("Previous sample"));
    m_next->setToolTip(tr("Next sample"));
    for (QPushButton* button : {m_previous, m_next})
        button->setAccessibleName(button->toolTip());
    head->addWidget(makeHeading(tr("Preview")));
    head->addStretch();
    head->addWidget(m_sampleText);
    for (QPushButton* button : {m_previous, m_next}) {
        button->setFixedWidth(24);
        setRole(button, "ghost");
        head->addWidget(button);
    }
    column->addLayout(head);
    m_tokens = new TokenView;
    m_tokens->setAccessibleName(tr("Tokens of the sample"));
    column->addWidget(m_tokens);
    m_counts = makeCaption(QString(), "second", true);
    m_counts->setTextFormat(Qt::RichText);
    column->addWidget(m_counts);
    const auto move = [this](int by) {
        if (const auto& preview = m_form.preview(false))
            Q_EMIT sampleWanted(
                std::clamp<std::int64_t>(preview->sample + by, 0, std::max<std::int64_t>(preview->samples - 1, 0)));
    };
    connect(m_previous, &QPushButton::clicked, this, [move] { move(-1); });
    connect(m_next, &QPushButton::clicked, this, [move] { move(1); });
    return section;
}

void DataPanel::refreshModel()
{
    const QString path = QString::fromStdString(m_form.config().model.path);
    KeyValueList::Rows rows;
    if (const auto& model = m_form.model()) {
        QString heads = counted(model->heads, tr("%1 head"), tr("%1 heads"));
        if (model->kvHeads != model->heads)
            heads += tr(" (%1 kv)").arg(formatCount(model->kvHeads));
        QString type = QString::fromStdString(model->modelType);
        if (!type.isEmpty())
            type[0] = type[0].toUpper();
        rows.emplace_back(
            tr("architecture"), tr("%1, %2").arg(type, counted(model->layers, tr("%1 layer"), tr("%1 layers"))));
        rows.emplace_back(tr("hidden size"), tr("%1, %2").arg(formatCount(model->width), heads));
        rows.emplace_back(tr("parameters"),
            tr("%1, stored in %2").arg(parametersText(model->parameters), QString::fromStdString(model->dtype)));
        rows.emplace_back(tr("tokenizer"), messageWords(model->tokenizer));
        const std::int64_t trainable = m_form.trainableParameters();
        const double share = model->parameters > 0
            ? 100.0 * static_cast<double>(trainable) / static_cast<double>(model->parameters)
            : 0;
        rows.emplace_back(tr("trainable"), tr("%1 (%2 %)").arg(parametersText(trainable), formatFixed(share, 2)));
    } else if (m_form.failure(QStringLiteral("model.path"))) {
        rows.clear();
    } else {
        rows.emplace_back(tr("architecture"), path.isEmpty() ? tr("choose a folder") : tr("reading…"));
    }
    m_summary->setRows(rows);
}

void DataPanel::refreshPreview()
{
    const auto& preview = m_form.preview(false);
    m_previous->setVisible(preview.has_value());
    m_next->setVisible(preview.has_value());
    m_counts->setVisible(preview.has_value());
    if (!preview) {
        const auto failure = m_form.failure(QStringLiteral("data.path"));
        m_sampleText->clear();
        m_decision->setVisible(false);
        m_columns->setVisible(false);
        m_tokens->setEmptyText(failure ? labelledWords(failure->message)
                : m_form.config().data.path.empty()
                ? tr("Choose a file: the first sample appears here as the model reads it.")
                : m_form.model() && QFileInfo(QString::fromStdString(m_form.config().data.path)).isFile()
                ? tr("Reading the first sample…")
                : tr("Tokens appear once model and file can be read."));
        m_tokens->setTokens({});
        return;
    }
    m_decision->setVisible(true);
    m_decision->setText(tr("read as %1").arg(choiceWords("data.format", QString::fromUtf8(toString(preview->format)))));
    m_decision->setToolTip(labelledWords(preview->decision));
    m_columns->setVisible(!preview->columns.empty());
    m_columns->setText(tr("The file offers: %1").arg(namesOf(preview->columns)));
    m_sampleText->setText(tr("sample %1 of %2").arg(formatCount(preview->sample + 1), formatCount(preview->samples)));
    m_previous->setEnabled(preview->sample > 0);
    m_next->setEnabled(preview->sample + 1 < preview->samples);
    std::vector<TokenSpan> spans;
    int loss = 0;
    for (const PreviewToken& token : preview->tokens) {
        TokenSpan span;
        span.text = QString::fromStdString(token.text);
        span.bearsLoss = token.bearsLoss;
        span.control
            = span.text.size() > 2 && span.text.startsWith(QLatin1Char('<')) && span.text.endsWith(QLatin1Char('>'));
        loss += token.bearsLoss ? 1 : 0;
        spans.push_back(std::move(span));
    }
    const int all = static_cast<int>(spans.size());
    m_tokens->setTokens(std::move(spans));
    m_counts->setText(countsText(*preview, loss, all));
}

QString DataPanel::countsText(const DataPreview& preview, int loss, int all) const
{
    QString counts = tr("%1bears loss: %3 &nbsp; %2read only: %4 &nbsp; %5")
                         .arg(swatch(Theme::current().lossToken), swatch(Theme::current().sunken), formatCount(loss),
                             formatCount(all - loss), counted(all, tr("%1 token"), tr("%1 tokens")));
    if (preview.cutMore)
        counts += tr(", the rest of this very long text is not shown");
    else if (preview.cutTokens > 0)
        counts += tr(", %1 cut off").arg(formatCount(preview.cutTokens));
    if (m_tokens->drawn() < all)
        counts += tr(", the first %1 are drawn").arg(formatCount(m_tokens->drawn()));
    return counts;
}

} // namespace spectune

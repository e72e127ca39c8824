// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LengthsSection.h"

#include "ui/ConfigForm.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "visualization/LengthHistogram.h"
#include "visualization/NumberFormat.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

/// Of ascending numbers, those that are @p from or more.
std::int64_t countFrom(const std::vector<std::int32_t>& ascending, std::int64_t from)
{
    return std::distance(std::ranges::lower_bound(ascending, from, std::less<std::int64_t> {}), ascending.end());
}

} // namespace

LengthsSection::LengthsSection(ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_histogram(new LengthHistogram)
    , m_text(makeCaption(QString(), "second", true))
{
    auto* column = makeSection(4, 10);
    setLayout(column);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Length of samples")));
    head->addStretch();
    addMenu();
    head->addWidget(m_menu);
    column->addLayout(head);
    column->addWidget(m_text);
    column->addWidget(m_histogram);
    connect(&form, &ConfigForm::checked, this, &LengthsSection::refresh);
    refresh();
}

void LengthsSection::addMenu()
{
    auto* menu = new QMenu(this);
    addPictureActions(*menu, *this,
        {.name = [] { return tr("sample-lengths"); },
            .size = [this] { return m_histogram->size(); },
            .paint = [this](QPaintDevice& device, QSize size) { m_histogram->paintOn(device, size); },
            .csv = [this] { return [bins = m_histogram->bins()] { return bins.toCsv(); }; }},
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    openByRightClick(*m_histogram, *menu);
    m_menu = makeMenuButton(menu, tr("Length of samples: copy, save"));
}

void LengthsSection::setAnswer(const Answer* answer)
{
    m_answer = answer ? std::optional(*answer) : std::nullopt;
    if (const auto* lengths = m_answer ? std::get_if<SampleLengths>(&*m_answer) : nullptr)
        m_histogram->setLengths(lengths->tokens, m_form.config().data.maxLength);
    else
        m_histogram->setLengths({}, m_form.config().data.maxLength);
    refresh();
}

QString LengthsSection::sentence() const
{
    return m_text->text();
}

QString LengthsSection::inWords(const SampleLengths& lengths, std::int64_t maxLength)
{
    const auto read = static_cast<std::int64_t>(lengths.tokens.size());
    if (read == 0)
        return {};
    const std::int64_t cut = countFrom(lengths.tokens, maxLength + 1);
    const std::int64_t dropped = countFrom(lengths.firstTargets, maxLength);
    const QString limit = formatCount(maxLength);
    const QString of = read == lengths.samples
        ? counted(read, tr("%1 sample"), tr("%1 samples"))
        : tr("%1 samples (evenly spaced, of %2)").arg(formatCount(read), formatCount(lengths.samples));
    QString text = cut == 0
        ? tr("None of %1 is cut at %2 tokens; the longest has %3.").arg(of, limit, formatCount(lengths.tokens.back()))
        : cut == 1 ? tr("1 of %1 is cut at %2 tokens.").arg(of, limit)
                   : tr("%1 of %2 are cut at %3 tokens.").arg(formatCount(cut), of, limit);
    if (dropped > 0)
        text += QLatin1Char(' ')
            + counted(dropped, tr("%1 is left out: nothing to learn is left in it."),
                tr("%1 are left out: nothing to learn is left in them."));
    if (lengths.estimated > 0)
        text += QLatin1Char(' ')
            + counted(lengths.estimated, tr("%1 is so long that its length is estimated."),
                tr("%1 are so long that their length is estimated."));
    return text;
}

void LengthsSection::refresh()
{
    const auto& preview = m_form.preview(false);
    const std::int64_t maxLength = m_form.config().data.maxLength;
    const auto* lengths = m_answer ? std::get_if<SampleLengths>(&*m_answer) : nullptr;
    const auto* failure = m_answer ? std::get_if<Failure>(&*m_answer) : nullptr;
    const bool document = preview && preview->documentTokens > 0;
    setVisible(preview.has_value());
    const bool shown = lengths && !document;
    m_histogram->setVisible(shown);
    m_menu->setVisible(shown);
    m_histogram->setLimit(maxLength);
    setTone(m_text, failure && !document ? "error" : "second");
    if (document)
        m_text->setText(
            tr("One document of %1 tokens, cut into %2.")
                .arg(formatCount(preview->documentTokens),
                    counted(preview->samples, tr("%1 block of up to %2 tokens"), tr("%1 blocks of up to %2 tokens"))
                        .arg(formatCount(maxLength))));
    else
        m_text->setText(lengths ? inWords(*lengths, maxLength)
                : failure       ? labelledWords(failure->message)
                                : tr("Not measured yet."));
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/IssueList.h"

#include "ui/ConfigForm.h"
#include "ui/ElidedButton.h"
#include "ui/FieldTexts.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"

#include <QEvent>
#include <QFileInfo>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr int longestWord = 20; ///< letters that a card of the narrowest column has room for

QString suggestionText(const Issue& issue)
{
    const FieldInfo* info = findField(issue.key);
    if (const auto* map = std::get_if<RankMap>(&*issue.suggestion); map && map->empty())
        return IssueList::tr("Drop the map");
    const QString value = QString::fromStdString(toText(*issue.suggestion));
    if (info && (info->type == FieldType::File || info->type == FieldType::Folder))
        return IssueList::tr("Use %1").arg(QFileInfo(value).fileName());
    const QString label = info ? fieldLabel(*info) : QString::fromStdString(issue.key);
    if (value.isEmpty())
        return IssueList::tr("Derive %1").arg(label);
    return IssueList::tr("Set %1 to %2").arg(label, info ? shownValue(*info, *issue.suggestion) : value);
}

/// Wraps in the narrowest column, whatever path or name stands in it.
QString issueWords(const Message& message)
{
    return breakable(withShownNumbers(labelledWords(message)), longestWord);
}

/// How a card of each severity looks.
struct CardLook {
    const char* name; ///< in studio.qss
    const char* icon;
    IconTone tone;
};

CardLook lookOf(Severity severity)
{
    switch (severity) {
    case Severity::Error: return {"IssueError", "error", IconTone::Error};
    case Severity::Warning: return {"IssueWarn", "warning", IconTone::Warn};
    case Severity::Note: break;
    }
    return {"IssueNote", "note", IconTone::Second};
}

} // namespace

IssueList::IssueList(ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    m_cards = new QVBoxLayout(this);
    m_cards->setContentsMargins(0, 0, 0, 0);
    m_cards->setSpacing(8);
    setAccessibleName(tr("Issues"));
    connect(&form, &ConfigForm::checked, this, &IssueList::refresh);
    refresh();
}

void IssueList::refresh()
{
    QString shown;
    for (const Issue& issue : m_form.issues())
        shown += QString::fromStdString(issue.key) + messageWords(issue.title) + messageWords(issue.text)
            + QLatin1Char('\n');
    if (shown == m_shown && m_cards->count() > 0)
        return;
    m_shown = shown;
    while (QLayoutItem* item = m_cards->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    if (m_form.issues().empty()) {
        auto* row = new QWidget;
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        line->addWidget(makeIcon(QStringLiteral("check"), IconTone::Ok));
        line->addWidget(makeText(tr("No issues. Everything is ready to start."), "second", true), 1);
        m_cards->addWidget(row);
    }
    for (const Issue& issue : m_form.issues())
        m_cards->addWidget(makeCard(issue));
}

QWidget* IssueList::makeCard(const Issue& issue)
{
    const CardLook look = lookOf(issue.severity);
    auto* card = new QFrame;
    card->setObjectName(QLatin1String(look.name));
    auto* grid = new QGridLayout(card);
    grid->setContentsMargins(10, 7, 10, 8);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(1);
    grid->addWidget(makeIcon(QLatin1String(look.icon), look.tone, 14), 0, 0, Qt::AlignTop);
    QLabel* title = makeHeading(issueWords(issue.title));
    title->setWordWrap(true);
    grid->addWidget(title, 0, 1);
    grid->addWidget(makeText(issueWords(issue.text), "second", true), 1, 1);
    const QString key = QString::fromStdString(issue.key);
    auto* field = new ElidedButton(key);
    field->setFont(Fonts::mono());
    field->setHint(tr("Go to this field (F8: the next issue)"));
    setRole(field, "ghost");
    field->setStyleSheet(QStringLiteral("padding: 0")); // its words stand under the text above
    grid->addWidget(field, 2, 1, Qt::AlignLeft);
    if (issue.suggestion) {
        auto* mend = new ElidedButton(suggestionText(issue));
        connect(mend, &QAbstractButton::clicked, this,
            [this, key, value = *issue.suggestion] { m_form.setValue(key, value); });
        grid->addWidget(mend, 3, 1, Qt::AlignLeft);
    }
    grid->setColumnStretch(1, 1);
    connect(field, &QAbstractButton::clicked, this, [this, key] { Q_EMIT fieldWanted(key); });
    card->setProperty("key", key); // a click beside the buttons goes there, too
    card->setCursor(Qt::PointingHandCursor);
    card->installEventFilter(this);
    return card;
}

bool IssueList::eventFilter(QObject* card, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonRelease)
        Q_EMIT fieldWanted(card->property("key").toString());
    return QWidget::eventFilter(card, event);
}

} // namespace spectune

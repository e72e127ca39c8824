// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StatusLine.h"

#include "ui/PageParts.h"

#include <QHBoxLayout>
#include <QLabel>

namespace spectune {

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("StatusLine"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(22);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(16);
    m_errors = makeCaption(QString(), "error");
    m_warnings = makeCaption(QString(), "warn");
    m_message = makeCaption(QString(), "second");
    m_message->setTextFormat(Qt::RichText);
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_place = makeCaption(QString(), "second");
    row->addWidget(m_errors);
    row->addWidget(m_warnings);
    row->addWidget(m_message, 1);
    row->addWidget(m_place);
    setIssues(0, 0);
}

void StatusLine::setIssues(int errors, int warnings)
{
    m_errors->setText(counted(errors, tr("%1 error"), tr("%1 errors")));
    m_warnings->setText(counted(warnings, tr("%1 warning"), tr("%1 warnings")));
    m_errors->setVisible(errors > 0);
    m_warnings->setVisible(warnings > 0);
}

void StatusLine::setMessage(const QString& lead, const QString& text)
{
    m_message->setText(lead.isEmpty()
            ? text.toHtmlEscaped()
            : QStringLiteral("<b>%1</b>: %2").arg(lead.toHtmlEscaped(), text.toHtmlEscaped()));
}

void StatusLine::setPlace(const QString& text, const QString& toolTip)
{
    m_place->setText(text);
    m_place->setToolTip(toolTip);
}

QString StatusLine::message() const
{
    return m_message->text();
}

} // namespace spectune

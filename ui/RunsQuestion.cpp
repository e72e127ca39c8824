// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsQuestion.h"

#include "ui/FieldLine.h"
#include "ui/PageParts.h"
#include "visualization/Fonts.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>

namespace spectune {

RunsQuestion::RunsQuestion(QWidget* parent)
    : QWidget(parent)
    , m_title(makeText(QString()))
    , m_text(makeCaption(QString(), "second", true))
    , m_numberLabel(makeCaption(QString(), "second"))
    , m_number(new FieldLine)
    , m_yes(new QPushButton)
    , m_no(new QPushButton(tr("Cancel")))
{
    setObjectName(QStringLiteral("BarQuestion"));
    setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 12, 4);
    row->setSpacing(12);
    m_title->setFont(Fonts::state());
    m_number->setFixedWidth(84);
    m_number->setStepping(1, 1e9);
    m_number->setAlignment(Qt::AlignRight);
    m_text->setMinimumWidth(260);
    row->addWidget(m_title);
    row->addWidget(m_numberLabel);
    row->addWidget(m_number);
    row->addWidget(m_text, 1);
    row->addWidget(m_no);
    for (std::size_t way = 0; way < m_others.size(); ++way) {
        row->addWidget(m_others[way] = new QPushButton);
        connect(m_others[way], &QPushButton::clicked, this, [this, way] { takeOther(way); });
    }
    row->addWidget(m_yes);
    setRole(m_yes, "primary");
    connect(m_yes, &QPushButton::clicked, this, [this] { take(true); });
    connect(m_no, &QPushButton::clicked, this, [this] { take(false); });
    connect(m_number, &QLineEdit::textEdited, this, &RunsQuestion::explain);
    connect(m_number, &QLineEdit::returnPressed, m_yes, &QPushButton::click);
}

void RunsQuestion::ask(Content content, std::function<void(qint64)> answer)
{
    m_content = std::move(content);
    m_answer = std::move(answer);
    m_title->setText(m_content.title);
    m_text->setText(m_content.text);
    m_numberLabel->setText(m_content.numberLabel);
    m_numberLabel->setVisible(!m_content.numberLabel.isEmpty());
    m_number->setVisible(!m_content.numberLabel.isEmpty());
    m_number->setText(QString::number(m_content.number));
    m_number->setAccessibleName(m_content.numberLabel);
    m_yes->setText(m_content.yes);
    m_yes->setVisible(!m_content.yes.isEmpty());
    m_yes->setEnabled(true);
    for (std::size_t way = 0; way < m_others.size(); ++way) {
        const bool offered = way < m_content.others.size();
        m_others[way]->setText(offered ? m_content.others[way].text : QString());
        m_others[way]->setVisible(offered);
    }
    m_no->setText(m_content.yes.isEmpty() ? tr("Close") : tr("Cancel"));
    explain();
    QWidget* first = m_number->isVisibleTo(this) ? static_cast<QWidget*>(m_number) : m_no;
    first->setFocus(Qt::OtherFocusReason);
}

QString RunsQuestion::text() const
{
    return m_text->text();
}

void RunsQuestion::explain()
{
    if (!m_content.explain)
        return;
    bool readable = false;
    const qint64 number = m_number->text().toLongLong(&readable);
    if (!readable || number < 1) {
        m_text->setText(tr("A whole number from 1 on is needed."));
        m_yes->setEnabled(false);
        return;
    }
    const auto [text, possible] = m_content.explain(number);
    m_text->setText(text);
    m_yes->setEnabled(possible);
}

void RunsQuestion::take(bool yes)
{
    const qint64 number = m_number->text().toLongLong();
    const auto answer = std::exchange(m_answer, {});
    Q_EMIT closed();
    if (yes && answer)
        answer(number);
}

void RunsQuestion::takeOther(std::size_t way)
{
    m_answer = {};
    const std::vector<Way> others = std::exchange(m_content.others, {});
    Q_EMIT closed();
    if (way < others.size())
        others[way].take();
}

void RunsQuestion::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        take(false);
    else
        QWidget::keyPressEvent(event);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HubHint.h"

#include "ui/PageParts.h"
#include "visualization/Fonts.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace spectune {

namespace {

QLabel* labelFor(const QString& text, QWidget* field)
{
    QLabel* label = makeCaption(text, "second");
    label->setBuddy(field);
    return label;
}

} // namespace

HubHint::HubHint(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLineEdit)
    , m_command(new QLineEdit)
    , m_copy(makeSmallButton(tr("Copy")))
    , m_problem(makeCaption(QString(), "error", true))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(makeCaption(
        tr("Spectune works offline and fetches nothing itself. This command, in a terminal, fetches a model into the "
           "cache; it comes with Python's huggingface_hub."),
        "second", true));
    m_name->setPlaceholderText(tr("organisation/model"));
    m_name->setAccessibleName(tr("Model on the hub"));
    column->addWidget(labelFor(tr("Model on the hub"), m_name));
    column->addWidget(m_name);
    column->addWidget(m_problem);
    m_command->setReadOnly(true);
    m_command->setFont(Fonts::mono());
    m_command->setAccessibleName(tr("Command that fetches the model"));
    column->addWidget(labelFor(tr("Command"), m_command));
    column->addWidget(m_command);
    auto* foot = new QHBoxLayout;
    auto* look = makeSmallButton(tr("Look into the cache"));
    m_copy->setAccessibleName(tr("Copy the command"));
    foot->addWidget(m_copy);
    foot->addWidget(look);
    foot->addStretch();
    column->addLayout(foot);
    column->addWidget(makeCaption(
        tr("Before 2025 the command was called huggingface-cli. Take a Llama or Mistral model with safetensors."),
        "third", true));
    connect(m_name, &QLineEdit::textChanged, this, &HubHint::refresh);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(command());
        Q_EMIT told({}, tr("Copied: %1").arg(command()));
    });
    connect(look, &QPushButton::clicked, this, &HubHint::lookWanted);
    refresh();
}

bool HubHint::isHubName(const QString& name)
{
    // No character in it means anything to a shell, and none begins an option.
    static const QRegularExpression form(QStringLiteral("\\A[A-Za-z0-9_][\\w.-]*(/[A-Za-z0-9_][\\w.-]*)?\\z"));
    return name.size() <= 96 && !name.contains(QLatin1String("--")) && form.match(name).hasMatch();
}

QString HubHint::command() const
{
    const QString name = m_name->text().trimmed();
    return QStringLiteral("hf download %1").arg(isHubName(name) ? name : tr("ORGANISATION/MODEL"));
}

void HubHint::refresh()
{
    const QString name = m_name->text().trimmed();
    const bool usable = isHubName(name);
    m_problem->setText(
        name.isEmpty() || usable ? QString() : tr("A model's name there looks like organisation/model."));
    m_problem->setVisible(!m_problem->text().isEmpty());
    m_command->setText(command());
    m_command->setCursorPosition(0);
    m_copy->setEnabled(usable);
    m_copy->setToolTip(usable ? QString() : tr("Name the model first"));
}

} // namespace spectune

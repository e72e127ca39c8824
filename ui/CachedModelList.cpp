// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CachedModelList.h"

#include "ui/CachedModelDelegate.h"
#include "ui/HubCacheScanner.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "visualization/NumberFormat.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr int mostRowsShown = 5; ///< the rest scrolls

/// "~/.cache/huggingface/hub".
QString shortened(const QString& path)
{
    return liesBelow(path, QDir::homePath()) ? QLatin1Char('~') + path.mid(QDir::homePath().size()) : path;
}

QString capitalised(QString text)
{
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

/// An engine's sentence begins with the folder, or a file in it; the row has named the folder already.
QString withoutFolder(const QString& message, const QString& folder)
{
    if (message.startsWith(folder + QStringLiteral(": ")))
        return capitalised(message.mid(folder.size() + 2));
    return message.startsWith(folder + QLatin1Char('/')) ? message.mid(folder.size() + 1) : message;
}

} // namespace

CachedModelList::CachedModelList(QWidget* parent)
    : QWidget(parent)
    , m_scanner(new HubCacheScanner(this))
    , m_place(makeCaption(QString(), "third", true))
    , m_again(makeSmallButton(tr("Look again")))
    , m_list(new QListWidget)
    , m_note(makeCaption(QString(), "second", true))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->addWidget(m_place, 1);
    head->addWidget(m_again);
    column->addLayout(head);
    m_list->setObjectName(QStringLiteral("CachedModels"));
    m_list->setAccessibleName(tr("Models in the Hugging Face cache"));
    m_list->setItemDelegate(new CachedModelDelegate(m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setUniformItemSizes(true);
    column->addWidget(m_list);
    column->addWidget(m_note);
    connect(m_again, &QPushButton::clicked, this, &CachedModelList::look);
    connect(m_scanner, &HubCacheScanner::found, this, &CachedModelList::fill);
    connect(m_list, &QListWidget::itemClicked, this, &CachedModelList::choose);
    connect(m_list, &QListWidget::itemActivated, this, &CachedModelList::choose);
    connect(m_list, &QListWidget::currentRowChanged, this, &CachedModelList::showNote);
    m_list->hide(); // until something is found
    setRoot(hubCacheRoot());
}

void CachedModelList::setRoot(const QString& root)
{
    m_root = root;
    m_place->setText(shortened(root));
    m_place->setToolTip(tr("From HF_HUB_CACHE, HF_HOME or XDG_CACHE_HOME, else below the home folder: %1").arg(root));
}

void CachedModelList::showEvent(QShowEvent* event)
{
    if (!m_looked)
        look();
    QWidget::showEvent(event);
}

void CachedModelList::look()
{
    m_looked = true;
    m_note->setText(tr("Looking for models…"));
    m_scanner->scan(m_root);
}

void CachedModelList::setChosen(const QString& folder)
{
    if (folder == m_chosen)
        return;
    m_chosen = folder;
    for (int row = 0; row < m_list->count(); ++row)
        showRow(row);
}

void CachedModelList::setAnswer(const QString& folder, const Answer& answer)
{
    Check check;
    if (const auto* model = std::get_if<ModelSummary>(&answer)) {
        // In the place of a tokenizer's description, a sentence about its file says that it cannot be read.
        const QString tokenizer = messageWords(model->tokenizer);
        check.readable = !model->tokenizer.english().starts_with(folder.toStdString());
        check.text = !check.readable
            ? tr("Its weights are readable, its tokenizer is not: %1").arg(withoutFolder(tokenizer, folder))
            : tr("%1, %2, %3 parameters, %4; tokenizer: %5")
                  .arg(capitalised(QString::fromStdString(model->modelType)),
                      counted(model->layers, tr("%1 layer"), tr("%1 layers")), parametersText(model->parameters),
                      QString::fromStdString(model->dtype), tokenizer);
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        check.text = withoutFolder(messageWords(failure->message), folder);
    }
    m_checks[folder] = check;
    for (std::size_t i = 0; i < m_models.size(); ++i)
        if (m_models[i].folder == folder)
            showRow(static_cast<int>(i));
    showNote();
    askNext();
}

QString CachedModelList::note() const
{
    return m_note->text();
}

void CachedModelList::fill(const std::vector<CachedModel>& models, bool exists)
{
    const int row = m_list->currentRow();
    const QString current = row >= 0 ? m_models[static_cast<std::size_t>(row)].folder : m_chosen;
    m_checks.clear(); // a download may have been finished since
    m_models = models;
    m_exists = exists;
    m_list->clear();
    for (std::size_t i = 0; i < m_models.size(); ++i) {
        m_list->addItem(m_models[i].name);
        showRow(static_cast<int>(i));
    }
    const int rows = std::clamp(m_list->count(), 1, mostRowsShown);
    m_list->setFixedHeight(rows * CachedModelDelegate::rowHeight + 2);
    m_list->setVisible(m_list->count() > 0);
    const auto found = std::ranges::find(m_models, current, &CachedModel::folder);
    if (!m_models.empty())
        m_list->setCurrentRow(found == m_models.end() ? 0 : static_cast<int>(found - m_models.begin()));
    showNote();
    askNext();
}

QString CachedModelList::lineOf(const CachedModel& model) const
{
    const auto check = m_checks.constFind(model.folder);
    const QString state = check == m_checks.constEnd() ? tr("not looked into yet")
        : check->readable                              ? tr("can be trained")
        : model.missing > 0                            ? tr("not complete")
                                                       : tr("cannot be read");
    return tr("%1 · %2 · %3").arg(model.label, QLocale().toString(model.changed, QStringLiteral("d MMM yyyy")), state);
}

QString CachedModelList::sentenceOf(const CachedModel& model) const
{
    const auto check = m_checks.constFind(model.folder);
    QString text = check == m_checks.constEnd() ? tr("%1 has not been looked into yet.").arg(model.name)
        : check->readable                       ? check->text + QLatin1Char('.')
                                                : tr("%1 cannot be read. %2").arg(model.name, check->text);
    if (model.missing > 0)
        text += QLatin1Char(' ')
            + counted(model.missing, tr("%1 file has not been fetched: the download was not finished."),
                tr("%1 files have not been fetched: the download was not finished."));
    return text;
}

void CachedModelList::showRow(int row)
{
    const CachedModel& model = m_models[static_cast<std::size_t>(row)];
    QListWidgetItem* item = m_list->item(row);
    const auto check = m_checks.constFind(model.folder);
    item->setData(CachedModelDelegate::SizeRole, formatFileSize(static_cast<double>(model.bytes)));
    item->setData(CachedModelDelegate::LineRole, lineOf(model));
    item->setData(CachedModelDelegate::ProblemRole, check != m_checks.constEnd() && !check->readable);
    item->setData(CachedModelDelegate::ChosenRole, model.folder == m_chosen);
    item->setData(Qt::AccessibleTextRole,
        tr("%1, %2, %3").arg(model.name, formatFileSize(static_cast<double>(model.bytes)), lineOf(model)));
    item->setData(Qt::AccessibleDescriptionRole, sentenceOf(model));
    item->setToolTip(
        QStringLiteral("<qt>%1<br>%2</qt>").arg(sentenceOf(model).toHtmlEscaped(), model.folder.toHtmlEscaped()));
}

void CachedModelList::showNote()
{
    const int row = m_list->currentRow();
    if (row >= 0)
        m_note->setText(sentenceOf(m_models[static_cast<std::size_t>(row)]));
    else if (!m_exists)
        m_note->setText(tr("There is no Hugging Face cache here yet. \"Hub\" says how a model comes into it."));
    else
        m_note->setText(tr("There is no model in the cache. \"Hub\" says how one comes into it."));
}

void CachedModelList::askNext()
{
    const auto next
        = std::ranges::find_if(m_models, [this](const CachedModel& model) { return !m_checks.contains(model.folder); });
    if (next != m_models.end())
        Q_EMIT checkWanted(next->folder);
}

void CachedModelList::choose(const QListWidgetItem* item)
{
    const CachedModel& model = m_models[static_cast<std::size_t>(m_list->row(item))];
    const auto check = m_checks.constFind(model.folder);
    if (check != m_checks.constEnd() && !check->readable)
        return; // the note says why
    Q_EMIT chosen(model.folder);
}

} // namespace spectune

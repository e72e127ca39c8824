// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ModelSources.h"

#include "ui/CachedModelList.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/HubHint.h"
#include "ui/PageParts.h"
#include "ui/RecentPaths.h"
#include "ui/Segmented.h"
#include "ui/SetupFields.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {
const QString pathKey = QStringLiteral("model.path");
}

ModelSources::ModelSources(ConfigForm& form, SetupFields& fields, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_fields(fields)
    , m_sources(new Segmented({tr("Bundled"), tr("Folder"), tr("Cache"), tr("Hub")}))
    , m_cache(new CachedModelList)
    , m_hub(new HubHint)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->setSpacing(4);
    head->addWidget(makeHeading(tr("Model")));
    head->addStretch();
    head->addWidget(m_sources);
    column->addLayout(head);
    m_sources->setAccessibleName(tr("Where the model comes from"));
    m_sources->setToolTips({tr("The small model that comes with the demo"), tr("A model's folder on this machine"),
        tr("Models that the hub's tools have fetched"), tr("How to fetch a model from the Hugging Face hub")});
    column->addWidget(m_hub);
    column->addWidget(m_cache);
    column->addWidget(fields.make(pathKey));
    column->addWidget(m_folderRow = makeFolderRow());
    connect(m_sources, &Segmented::chosen, this, [this](int index) { choose(static_cast<Source>(index)); });
    connect(m_cache, &CachedModelList::chosen, this, &ModelSources::setPath);
    connect(m_hub, &HubHint::lookWanted, this, [this] { choose(Source::Cache); });
    connect(m_hub, &HubHint::told, this, &ModelSources::told);
    connect(&form, &ConfigForm::changed, this, &ModelSources::follow);
    connect(&form, &ConfigForm::checked, this, &ModelSources::remember);
    setBundled({});
}

QWidget* ModelSources::makeFolderRow()
{
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* browse = makeSmallButton(tr("Choose…"));
    browse->setAccessibleName(tr("Choose the model's folder"));
    auto* recent = makeSmallButton(tr("Recent"));
    recent->setAccessibleName(tr("Model folders that were used last"));
    m_recent = new QMenu(recent);
    recent->setMenu(m_recent);
    line->addWidget(browse);
    line->addWidget(recent);
    line->addStretch();
    connect(browse, &QPushButton::clicked, this, &ModelSources::browse);
    connect(m_recent, &QMenu::aboutToShow, this, &ModelSources::fillRecent);
    return row;
}

void ModelSources::setBundled(const QString& folder)
{
    m_bundled = folder;
    m_sources->setChoiceEnabled(static_cast<int>(Source::Bundled), !folder.isEmpty());
    show(sourceOf(path()));
}

QString ModelSources::path() const
{
    return QString::fromStdString(m_form.config().model.path);
}

void ModelSources::setPath(const QString& path)
{
    m_form.setValue(pathKey, FieldValue {path.toStdString()});
}

ModelSources::Source ModelSources::sourceOf(const QString& path) const
{
    if (!m_bundled.isEmpty() && path == m_bundled)
        return Source::Bundled;
    return liesBelow(path, m_cache->root()) ? Source::Cache : Source::Folder;
}

void ModelSources::choose(Source source)
{
    if (source == Source::Cache)
        m_cache->look(); // before it is shown, which looks where nothing was looked at yet
    show(source);
    switch (source) {
    case Source::Bundled: setPath(m_bundled); break;
    case Source::Folder:
        if (!m_bundled.isEmpty() && path() == m_bundled)
            setPath({});
        show(source); // an empty path belongs to no other
        m_fields.focus(pathKey);
        break;
    case Source::Cache: break;
    case Source::Hub: m_hub->name().setFocus(Qt::OtherFocusReason); break;
    }
}

void ModelSources::show(Source source)
{
    m_shown = source;
    m_sources->setCurrent(static_cast<int>(source));
    m_folderRow->setVisible(source == Source::Folder);
    m_cache->setVisible(source == Source::Cache);
    m_cache->setChosen(path());
    m_hub->setVisible(source == Source::Hub);
}

void ModelSources::follow(const QString& key)
{
    if (!key.isEmpty() && key != pathKey)
        return;
    const Source belongs = sourceOf(path());
    // What is being typed in the folder's field, or looked at on the hub's page, does not turn the page.
    const bool stays
        = !key.isEmpty() && (m_shown == Source::Hub || (m_shown == Source::Folder && belongs == Source::Cache));
    show(stays ? m_shown : belongs);
}

void ModelSources::remember()
{
    const QString used = path();
    if (!m_remembers || !m_form.model() || used == m_remembered || sourceOf(used) != Source::Folder)
        return;
    m_remembered = used;
    recentModels().add(QFileInfo(used).absoluteFilePath());
}

void ModelSources::fillRecent()
{
    m_recent->clear();
    const QStringList folders = m_remembers ? recentModels().list() : QStringList();
    for (const QString& folder : folders) {
        QString shown = QDir::toNativeSeparators(folder);
        shown.replace(QLatin1Char('&'), QStringLiteral("&&"));
        m_recent->addAction(shown, this, [this, folder] { setPath(folder); });
    }
    if (folders.isEmpty()) {
        m_recent->addAction(tr("Nothing yet"))->setEnabled(false);
        return;
    }
    m_recent->addSeparator();
    m_recent->addAction(tr("&Clear this list"), this, [] { recentModels().clear(); });
}

void ModelSources::browse()
{
    askFolder(this, tr("Choose the model's folder"), path(), [this](const QString& folder) { setPath(folder); });
}

} // namespace spectune

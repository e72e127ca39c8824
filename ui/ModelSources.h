// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QMenu;
class QPushButton;

namespace spectune {

class CachedModelList;
class ConfigForm;
class HubHint;
class Segmented;
class SetupFields;

/// Where the model comes from: the bundled one, a folder, the Hugging Face cache, or, by a command, the hub. All of
/// them end in the one field below, model.path.
class ModelSources : public QWidget {
    Q_OBJECT
public:
    enum class Source { Bundled, Folder, Cache, Hub };

    ModelSources(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

    /// Folder of the bundled model; without it that choice is off.
    void setBundled(const QString& folder);
    /// Keeps the folders that could be read in the person's settings, and offers them again.
    void setRemembers(bool remembers) { m_remembers = remembers; }

    [[nodiscard]] Source source() const { return m_shown; }
    /// As a click on its name.
    void choose(Source source);
    [[nodiscard]] CachedModelList& cache() const { return *m_cache; }
    [[nodiscard]] HubHint& hub() const { return *m_hub; }

Q_SIGNALS:
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] QWidget* makeFolderRow();
    [[nodiscard]] Source sourceOf(const QString& path) const;
    [[nodiscard]] QString path() const;
    void setPath(const QString& path);
    void show(Source source);
    void follow(const QString& key);
    void remember();
    void fillRecent();
    void browse();

    ConfigForm& m_form;
    SetupFields& m_fields;
    QString m_bundled;
    QString m_remembered; ///< the path last written to the settings
    bool m_remembers = false;
    Source m_shown = Source::Folder;
    Segmented* m_sources = nullptr;
    QWidget* m_folderRow = nullptr;
    QMenu* m_recent = nullptr;
    CachedModelList* m_cache = nullptr;
    HubHint* m_hub = nullptr;
};

} // namespace spectune

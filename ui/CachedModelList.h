// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"
#include "ui/HubCache.h"

#include <QHash>
#include <QWidget>

class QLabel;
class QListWidget;
class QListWidgetItem;
class QPushButton;

namespace spectune {

class HubCacheScanner;

/// The models in the Hugging Face cache, newest first, each with its size and whether it can be trained; the sentence
/// below says why not. A click or Return takes the one that can be. Sizes come from a worker, the reading of
/// config.json and headers from whoever answers checkWanted(): one model after the other.
class CachedModelList : public QWidget {
    Q_OBJECT
public:
    explicit CachedModelList(QWidget* parent = nullptr);

    /// The cache's folder; before the first look().
    void setRoot(const QString& root);
    [[nodiscard]] const QString& root() const { return m_root; }
    /// Searches the folder (again). Done by itself when the list is first seen.
    void look();
    /// The folder that model.path names: marked where it is in the list.
    void setChosen(const QString& folder);
    /// What checkWanted() was answered with: a ModelSummary or a Failure.
    void setAnswer(const QString& folder, const Answer& answer);

    [[nodiscard]] const std::vector<CachedModel>& models() const { return m_models; }
    [[nodiscard]] QListWidget& list() const { return *m_list; }
    /// The words below the list.
    [[nodiscard]] QString note() const;

Q_SIGNALS:
    void chosen(const QString& folder);
    /// Asks for InspectModel of this folder.
    void checkWanted(const QString& folder);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Check {
        bool readable = false;
        QString text; ///< "Llama, 22 layers, …" or why not
    };
    void fill(const std::vector<CachedModel>& models, bool exists);
    void showRow(int row);
    void showNote();
    void askNext();
    void choose(const QListWidgetItem* item);
    [[nodiscard]] QString lineOf(const CachedModel& model) const;
    [[nodiscard]] QString sentenceOf(const CachedModel& model) const;

    QString m_root;
    QString m_chosen;
    bool m_looked = false;
    bool m_exists = false; ///< there is a folder at the root
    std::vector<CachedModel> m_models;
    QHash<QString, Check> m_checks; ///< by folder
    HubCacheScanner* m_scanner = nullptr;
    QLabel* m_place = nullptr;
    QPushButton* m_again = nullptr;
    QListWidget* m_list = nullptr;
    QLabel* m_note = nullptr;
};

} // namespace spectune

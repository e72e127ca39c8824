// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunRecord.h"
#include "ui/RunSearch.h"

#include <QAbstractListModel>
#include <QSet>

#include <optional>

namespace spectune {

class RunLibrary;

/// What one row of the list shows. Plain data, so that rows are tested without pixels.
struct RunRowLook {
    enum class Tone { Quiet, Warn, Error, Ok };

    int tag = -1; ///< 0 … 5: A … F; −1: not chosen
    QString name;
    QString folder; ///< beside the name, where another run has the same: what tells them apart
    QString line; ///< below the name: the method, or the state where that matters more
    Tone tone = Tone::Quiet;
    QString number; ///< last evaluation loss, else the task loss; "none"
    bool hasNumber = false;
    double share = 1.0; ///< of the steps that were done: the curve's length
    std::vector<float> curve;
};

/// @param sharesName another run of the history has the same title
[[nodiscard]] RunRowLook rowLook(const RunRecord& record, int tag, bool sharesName = false);

/// The history's rows that the search leaves, in their order, and which of them are chosen as A … F.
class RunListModel : public QAbstractListModel {
    Q_OBJECT
public:
    explicit RunListModel(const RunLibrary& library, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    void setSearch(const RunSearch& search);
    void setOrder(RunOrder order);
    /// Reads the library anew; chosen runs that are gone are no longer chosen.
    void refresh();

    [[nodiscard]] const RunRecord* record(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(std::int64_t id) const;
    /// Ids of A, B, …
    [[nodiscard]] const std::vector<std::int64_t>& chosen() const { return m_chosen; }
    /// Ticks or unticks. @returns false: there are mostComparedRuns already
    bool toggle(std::int64_t id);
    /// What is told to who ticks one more than can be compared.
    [[nodiscard]] static QString fullText();
    void choose(std::vector<std::int64_t> ids);
    [[nodiscard]] RunRowLook look(const QModelIndex& index) const;

Q_SIGNALS:
    void chosenChanged();

private:
    void tagsChanged();
    [[nodiscard]] int tagOf(std::int64_t id) const;
    [[nodiscard]] RunRowLook lookOf(const RunRecord& run) const;
    void findShared();

    const RunLibrary& m_library;
    RunSearch m_search;
    RunOrder m_order = RunOrder::Date;
    std::vector<std::int64_t> m_rows;
    QSet<QString> m_shared; ///< titles that more than one run has
    std::vector<std::int64_t> m_chosen;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace spectune {

/// One word of the field: what it means, its formula, where it comes from, and the fields that set it.
struct GlossaryTerm {
    QString id; ///< "triplet": what links name
    QString title;
    QString text;
    QString formula; ///< may be empty
    QString source; ///< paper and section, or the tool whose meaning it is
    QStringList fields; ///< keys of the field table
    QStringList related; ///< ids
    QStringList tryFields {}; ///< keys of Try's settings, which are no fields of the table: "try.top_p"
};

/// All terms, by title within their group: the method first, then training, then files, then Try's.
class Glossary {
public:
    Glossary();

    [[nodiscard]] const std::vector<GlossaryTerm>& terms() const { return m_terms; }
    [[nodiscard]] const GlossaryTerm* find(const QString& id) const;
    /// The term that explains a field; every field of the table has one, and every setting of Try. Null for an unknown
    /// key.
    [[nodiscard]] const GlossaryTerm* ofField(const QString& key) const;
    /// Terms whose title, text or fields hold every word of @p words; empty words: all.
    [[nodiscard]] std::vector<const GlossaryTerm*> matching(const QString& words) const;

private:
    void addAdapter();
    void addBudget();
    void addScores();
    void addTraining();
    void addOptimizer();
    void addFiles();
    void addSampling();

    std::vector<GlossaryTerm> m_terms;
};

} // namespace spectune

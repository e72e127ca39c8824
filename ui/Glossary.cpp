// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Glossary.h"

#include <algorithm>

namespace spectune {

Glossary::Glossary()
{
    addAdapter();
    addBudget();
    addScores();
    addTraining();
    addOptimizer();
    addFiles();
    addSampling();
}

const GlossaryTerm* Glossary::find(const QString& id) const
{
    const auto found
        = std::find_if(m_terms.begin(), m_terms.end(), [&](const GlossaryTerm& term) { return term.id == id; });
    return found == m_terms.end() ? nullptr : &*found;
}

const GlossaryTerm* Glossary::ofField(const QString& key) const
{
    const auto found = std::find_if(m_terms.begin(), m_terms.end(),
        [&](const GlossaryTerm& term) { return term.fields.contains(key) || term.tryFields.contains(key); });
    return found == m_terms.end() ? nullptr : &*found;
}

std::vector<const GlossaryTerm*> Glossary::matching(const QString& words) const
{
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::vector<const GlossaryTerm*> found;
    for (const GlossaryTerm& term : m_terms) {
        const QString all
            = term.title + QLatin1Char(' ') + term.text + QLatin1Char(' ') + term.fields.join(QLatin1Char(' '));
        const bool holds = std::all_of(wanted.begin(), wanted.end(),
            [&all](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
        if (holds)
            found.push_back(&term);
    }
    // What is named so comes before what merely mentions it.
    std::stable_partition(found.begin(), found.end(), [&wanted](const GlossaryTerm* term) {
        return !wanted.empty() && term->title.contains(wanted.front(), Qt::CaseInsensitive);
    });
    return found;
}

} // namespace spectune

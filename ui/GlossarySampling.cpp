// SPDX-License-Identifier: GPL-3.0-or-later
// The glossary's words of Try: how the tokens of an answer are drawn. Formulas are the engine's (TextGenerator).
#include "ui/Glossary.h"
#include "ui/GlossaryPage.h"

namespace spectune {

void Glossary::addSampling()
{
    m_terms.insert(m_terms.end(),
        {{"temperature", GlossaryPage::tr("Temperature"),
             GlossaryPage::tr("Every logit z is divided by it before the softmax: below 1 the likely tokens become "
                              "likelier still, above 1 all become more alike. At 0 the likeliest token is taken each "
                              "time, and nothing is drawn."),
             "pᵢ = exp(zᵢ / τ) / Σ exp(z / τ)", GlossaryPage::tr("Hinton, Vinyals, Dean, arXiv 1503.02531, section 2"),
             {}, {"top-p", "top-k"}, {"try.temperature"}},
            {"top-p", GlossaryPage::tr("Top-p (nucleus)"),
                GlossaryPage::tr("A token is drawn from the fewest likeliest ones that together have this probability: "
                                 "few where the model is sure, many where it is not. Where top-k leaves tokens out, it "
                                 "is a share of what the others have. 1: all of them."),
                GlossaryPage::tr("Σ p ≥ top-p, over the fewest likeliest tokens"),
                GlossaryPage::tr("Holtzman et al., ICLR 2020 (arXiv 1904.09751)"), {}, {"temperature", "top-k"},
                {"try.top_p"}},
            {"top-k", GlossaryPage::tr("Top-k"),
                GlossaryPage::tr("A token is drawn from this many of the likeliest ones, each with its share of what "
                                 "they have together. It comes after the temperature and before top-p. 0: all of "
                                 "them."),
                GlossaryPage::tr("p′ᵢ = pᵢ / Σ p, over the k likeliest tokens"),
                GlossaryPage::tr("Fan, Lewis, Dauphin, ACL 2018 (arXiv 1805.04833)"), {}, {"temperature", "top-p"},
                {"try.top_k"}},
            {"new-tokens", GlossaryPage::tr("New tokens"),
                GlossaryPage::tr("The most tokens that an answer in Try gets. It ends before where the model says so, "
                                 "at the stop text, or where the prompt has left no more of the model's positions."),
                GlossaryPage::tr("n ≤ min(new tokens, positions − tokens of the prompt)"),
                GlossaryPage::tr("common usage"), {}, {"stop-text"}, {"try.new_tokens"}},
            {"answer-seed", GlossaryPage::tr("Seed of an answer"),
                GlossaryPage::tr("Starts the random numbers by which the tokens of an answer in Try are drawn. Both "
                                 "sides start from the same, so the adapter alone makes them differ; the same seed, "
                                 "prompt and settings give the same answer. At temperature 0 nothing is drawn."),
                {}, GlossaryPage::tr("common usage"), {}, {"temperature", "seed"}, {"try.seed"}},
            {"stop-text", GlossaryPage::tr("Stop text"),
                GlossaryPage::tr("An answer in Try ends before the first place where this text comes; \\n stands for a "
                                 "line break. Without it only the model's own end and the number of new tokens end "
                                 "an answer."),
                {}, GlossaryPage::tr("common usage"), {}, {"new-tokens"}, {"try.stop"}}});
}

} // namespace spectune

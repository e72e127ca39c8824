// SPDX-License-Identifier: GPL-3.0-or-later
// The glossary's words of the method: adapter, budget, scores.
#include "ui/Glossary.h"
#include "ui/GlossaryPage.h"

namespace spectune {

namespace {

const QString adaLora = QStringLiteral("Zhang et al., AdaLoRA, ICLR 2023 (arXiv 2303.10512), ");

} // namespace

void Glossary::addAdapter()
{
    m_terms.insert(m_terms.end(),
        {{"adapter", GlossaryPage::tr("Adapter"),
             GlossaryPage::tr(
                 "The small trained part beside a frozen model: all P, λ and Q of a run. It is saved without the "
                 "model and "
                 "loaded on top of it."),
             "y = W₀x + s · PΛQ x", adaLora + GlossaryPage::tr("section 3.1"), {"adalora.dropout", "adalora.init_from"},
             {"triplet", "scale", "export"}},
            {"triplet", GlossaryPage::tr("Triplet"),
                GlossaryPage::tr(
                    "One column p of P, one number λ and one row q of Q: a term of rank 1 in the change ΔW. "
                    "Triplets are what is scored, pruned and revived; with λ = 0 one adds nothing."),
                "ΔW = s · Σ λᵢ pᵢ qᵢ", adaLora + GlossaryPage::tr("section 3.1"), {}, {"rank", "lambda", "importance"}},
            {"rank", GlossaryPage::tr("Rank"),
                GlossaryPage::tr(
                    "How many triplets a matrix keeps. Every matrix starts with the initial rank; how many are "
                    "left at the end "
                    "differs by matrix, and their mean is the target rank. What one run has learned can be the rank "
                    "map of another, in which every matrix keeps its rank from start to end."),
                "rank(ΔW) ≤ r", adaLora + GlossaryPage::tr("section 3.1"), {"adalora.init_rank", "adalora.rank_map"},
                {"triplet", "budget", "rank-bound"}},
            {"lambda", GlossaryPage::tr("λ, singular value"),
                GlossaryPage::tr(
                    "The weight of a triplet, as the singular value is in a singular value decomposition; it may "
                    "be negative. It starts at 0. Only while the columns of P and the rows of Q are orthonormal "
                    "are s·|λ| the singular values of ΔW, so the inspector can show both."),
                "ΔW = s · PΛQ,  Λ = diag(λ)", adaLora + GlossaryPage::tr("section 3.1"), {},
                {"triplet", "orthogonality"}},
            {"scale", GlossaryPage::tr("Scale s and α"),
                GlossaryPage::tr(
                    "The factor on the adapter's output, set by α and the initial rank; it stays when ranks "
                    "fall. LoRA has α / r. Below 0.5 an adapter mostly learns too slowly. A narrow model needs "
                    "more: a row of Q starts with the norm 0.02 · √width. How strongly s acts there is the effective "
                    "scale."),
                "s = α / (r₀ + 1e−5)",
                GlossaryPage::tr("AdaLoRA's reference code; LoRA (arXiv 2106.09685), section 4.1"), {"adalora.alpha"},
                {"rank", "adapter"}},
            {"targets", GlossaryPage::tr("Adapted matrices"),
                GlossaryPage::tr(
                    "The matrices that get triplets: q, k, v, o of a layer's attention, gate, up and down of its "
                    "feed-forward part (FFN), in all layers or in some. AdaLoRA's paper adapts all of them."),
                {}, adaLora + GlossaryPage::tr("section 4"), {"adalora.targets", "adalora.layers", "adalora.modules"},
                {"rank", "budget"}},
            {"method", GlossaryPage::tr("Method"),
                GlossaryPage::tr(
                    "AdaLoRA moves ranks between matrices by score. SVD-LoRA has the same P, Λ, Q, with one rank "
                    "that stays. LoRA has only B·A, of one rank. Prune-LoRA is LoRA pruned by the same kind of "
                    "score and budget: its pairs, a column of B and a row of A, do not come back."),
                {}, adaLora + GlossaryPage::tr("sections 3 and 4.4; LoRA (arXiv 2106.09685)"), {"method.name"},
                {"rank", "budget"}}});
}

void Glossary::addBudget()
{
    m_terms.insert(m_terms.end(),
        {{"budget", GlossaryPage::tr("Budget b(t)"),
             GlossaryPage::tr(
                 "How many triplets all matrices may keep together after step t, counted from 0. It stays at "
                 "b₀ through the warm-up, falls along a cubic curve, and stays at bT through the final phase."),
             "b(t) = ⌊ bT + (b₀ − bT) · (1 − (t − ti) / (T − tf − ti))³ ⌋",
             adaLora + GlossaryPage::tr("section 3.3, as the reference code computes it"),
             {"adalora.target_rank", "adalora.total_budget"}, {"warm-up", "final-phase", "event"}},
            {"warm-up", GlossaryPage::tr("Warm-up ti"),
                GlossaryPage::tr(
                    "The first steps, in which nothing is pruned: scores are averages, and need a while to say "
                    "something."),
                "t ≤ ti : b(t) = b₀", adaLora + GlossaryPage::tr("section 3.3"), {"adalora.ti"},
                {"budget", "sensitivity"}},
            {"final-phase", GlossaryPage::tr("Final phase tf"),
                GlossaryPage::tr(
                    "The last steps, in which the same triplets stay kept and scores decide nothing more. What "
                    "was pruned can be dropped there for good, which saves memory and time; with γ above 0 the "
                    "kept ones are then trained a little differently, so it is an option."),
                "t ≥ T − tf : b(t) = bT", adaLora + GlossaryPage::tr("section 3.3"), {"adalora.tf", "adalora.shrink"},
                {"budget", "event"}},
            {"event", GlossaryPage::tr("Masking event"),
                GlossaryPage::tr(
                    "Every ΔT steps between warm-up and final phase all triplets are ranked by score; the b(t) "
                    "best stay. The "
                    "last event, at T − tf, gives the pattern of the final phase."),
                GlossaryPage::tr("t mod ΔT = 0  (ti < t < T − tf),  or t = T − tf"),
                adaLora + GlossaryPage::tr("section 3.3"), {"adalora.delta_t"}, {"pruning", "revival", "threshold"}},
            {"pruning", GlossaryPage::tr("Pruning"),
                GlossaryPage::tr(
                    "At an event the λ of every triplet outside the budget is set to 0. Its p and q stay, and "
                    "its λ still gets a gradient."),
                GlossaryPage::tr("λᵢ ← 0  where S is below the threshold"), adaLora + GlossaryPage::tr("section 3.1"),
                {}, {"event", "revival"}},
            {"revival", GlossaryPage::tr("Revival"),
                GlossaryPage::tr(
                    "A pruned triplet is kept again at a later event. Events do not remember who was pruned, and "
                    "between them a λ moves by its gradient and the optimizer's momentum."),
                {}, adaLora + GlossaryPage::tr("section 3.1"), {}, {"pruning", "event"}},
            {"rank-bound", GlossaryPage::tr("Rank bound"),
                GlossaryPage::tr(
                    "With N samples and K outputs, linearised fine-tuning with weight decay has no spurious "
                    "local minimum once the "
                    "rank is above the bound. It is conservative, and a statement about that regime alone."),
                "r (r + 1) / 2 > K · N", GlossaryPage::tr("Jang, Lee, Ryu, LoRA in the NTK regime, ICML 2024"), {},
                {"rank"}}});
}

void Glossary::addScores()
{
    m_terms.insert(m_terms.end(),
        {{"importance", GlossaryPage::tr("Importance S"),
             GlossaryPage::tr(
                 "The score of a triplet: that of its λ, plus the mean over its column of P, plus the mean "
                 "over its row of Q. Triplets of all matrices are compared by it. Two other scores can be "
                 "chosen: with s = Ī alone, and S = |λ|."),
             GlossaryPage::tr("S = s(λ) + mean s(p) + mean s(q),  s = Ī · Ū"),
             adaLora + GlossaryPage::tr("section 3.2"), {"adalora.score"}, {"sensitivity", "uncertainty", "threshold"}},
            {"sensitivity", GlossaryPage::tr("Sensitivity Ī"),
                GlossaryPage::tr(
                    "How much the loss would change, to first order, if a parameter θ with the gradient g became "
                    "0: |θ · g|, smoothed over the steps. θ is taken after the optimizer's update, as in the "
                    "reference code, or before it, as in the paper."),
                "I = |θ · g|,  Ī ← β₁ Ī + (1 − β₁) I", adaLora + GlossaryPage::tr("section 3.2"),
                {"adalora.beta1", "adalora.sensitivity_step"}, {"importance", "uncertainty"}},
            {"uncertainty", GlossaryPage::tr("Uncertainty Ū"),
                GlossaryPage::tr(
                    "How far the sensitivity of a single step lies from its average, smoothed over the steps as "
                    "well."),
                "Ū ← β₂ Ū + (1 − β₂) |I − Ī|", adaLora + GlossaryPage::tr("section 3.2"), {"adalora.beta2"},
                {"importance", "sensitivity"}},
            {"threshold", GlossaryPage::tr("Threshold"),
                GlossaryPage::tr(
                    "The smallest S that stayed at the last event: one line for all matrices. It cuts S, so a "
                    "triplet of small |λ| may stay and one of large |λ| go, unless |λ| was chosen as the score."),
                {}, adaLora + GlossaryPage::tr("section 3.1"), {}, {"importance", "event"}},
            {"orthogonality", GlossaryPage::tr("Orthogonality γR"),
                GlossaryPage::tr(
                    "A pull on P and Q towards orthonormal columns and rows, so that no triplet of a matrix does "
                    "a part of another's work. It is added to the task loss C and drawn apart from it. n is the "
                    "number of adapted matrices; the paper sums the squared norms, which is an option."),
                "L = C + γR,  R = 1/2n · Σ (‖PᵀP − I‖ + ‖QQᵀ − I‖)",
                adaLora + GlossaryPage::tr("section 3.1; norm as in the reference code"),
                {"adalora.gamma", "adalora.regularizer"}, {"lambda", "loss"}}});
}

} // namespace spectune

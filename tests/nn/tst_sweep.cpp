// SPDX-License-Identifier: GPL-3.0-or-later
// The one sweep of an optimizer step (clip, AdamW, Ī and Ū) held to the formulas written for single numbers.
#include "tests/nn/KernelCases.h"
#include "training/nn/KernelTypes.h"

#include <limits>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// One element, in long double: clip_grad_norm_, algorithm 2 of Loshchilov and Hutter, and section 3.2 of arXiv
/// 2303.10512.
struct Scalar {
    long double value = 0.0L;
    long double gradient = 0.0L;
    long double first = 0.0L;
    long double second = 0.0L;
    long double sensitivity = 0.0L;
    long double uncertainty = 0.0L;

    void optimize(const kernels::StepScalars& step, const kernels::SweepArgs<double>& args)
    {
        value -= step.lr * args.weightDecay * value;
        first = args.beta1 * first + (1.0L - args.beta1) * gradient;
        second = args.beta2 * second + (1.0L - args.beta2) * gradient * gradient;
        value -= step.lr * (first / step.correction1) / (std::sqrt(second / step.correction2) + args.eps);
    }
    void observe(const kernels::SweepArgs<double>& args)
    {
        const long double now = std::abs(value * gradient);
        sensitivity = args.beta1Importance * sensitivity + (1.0L - args.beta1Importance) * now;
        uncertainty = args.beta2Importance * uncertainty + (1.0L - args.beta2Importance) * std::abs(now - sensitivity);
    }
};

struct Form {
    std::int64_t trained = 0;
    double maxNorm = 0.0;
    double weightDecay = 0.0;
    bool before = false;
    bool observes = true;
    bool hasImportance = true;
};

constexpr std::int64_t elements = 37; // more than two registers, and no multiple of one

/// The buffers of a step: values, gradients, first, second, Ī, Ū.
struct State {
    std::array<at::Tensor, 6> tensors;
    at::Tensor gradNorm;
    kernels::StepScalars step;

    State(std::uint64_t seed, at::ScalarType type)
    {
        Random random(seed);
        for (at::Tensor& tensor : tensors)
            tensor = random.normal({elements}, type);
        for (const std::size_t positive : {3U, 4U, 5U})
            tensors[positive].abs_();
        tensors[1][5] = 0.0; // an element without a gradient
        tensors[0][6] = 0.0; // a pruned one
        gradNorm = tensors[1].norm();
        step = {.lr = 0.03, .correction1 = 1.0 - 0.8, .correction2 = 1.0 - 0.97, .observes = 1.0};
    }

    template <typename A>
    kernels::SweepArgs<A> arguments(const Form& form)
    {
        step.observes = form.observes ? 1.0 : 0.0;
        const auto pointer = [&](std::size_t i) { return ops::pointerOf<A>(tensors[i]); };
        return {.elements = elements,
            .trained = form.trained,
            .values = pointer(0),
            .gradients = pointer(1),
            .first = pointer(2),
            .second = pointer(3),
            .sensitivity = form.hasImportance ? pointer(4) : nullptr,
            .uncertainty = form.hasImportance ? pointer(5) : nullptr,
            .gradNorm = ops::pointerOf<const A>(gradNorm),
            .scalars = &step,
            .maxNorm = form.maxNorm,
            .beta1 = 0.8,
            .beta2 = 0.97,
            .eps = 1e-3,
            .weightDecay = form.weightDecay,
            .beta1Importance = 0.85,
            .beta2Importance = 0.7,
            .before = form.before};
    }

    void sweep(const Form& form)
    {
        if (tensors[0].scalar_type() == at::kDouble)
            kernels::cpuTable<double>().sweep(arguments<double>(form), nullptr);
        else
            kernels::cpuTable<float>().sweep(arguments<float>(form), nullptr);
    }

    [[nodiscard]] std::array<at::Tensor, 6> copies() const
    {
        std::array<at::Tensor, 6> result;
        for (std::size_t i = 0; i < tensors.size(); ++i)
            result[i] = tensors[i].clone();
        return result;
    }

    /// What the formulas make of the present state.
    [[nodiscard]] std::array<at::Tensor, 6> expected(const Form& form)
    {
        const auto args = State::constants(form);
        const long double norm = gradNorm.item<double>();
        const long double clip = form.maxNorm > 0.0 ? std::min(1.0L, form.maxNorm / (norm + 1e-6L)) : 1.0L;
        std::array<at::Tensor, 6> result;
        for (at::Tensor& tensor : result)
            tensor = at::zeros({elements}, at::kDouble);
        for (std::int64_t i = 0; i < elements; ++i) {
            const auto number = [&](std::size_t which) { return tensors[which][i].item<double>(); };
            Scalar scalar {number(0), clip * number(1), number(2), number(3), number(4), number(5)};
            const bool observes = form.observes && form.hasImportance;
            if (observes && form.before)
                scalar.observe(args);
            if (i < form.trained)
                scalar.optimize(step, args);
            if (observes && !form.before)
                scalar.observe(args);
            const long double all[]
                = {scalar.value, scalar.gradient, scalar.first, scalar.second, scalar.sensitivity, scalar.uncertainty};
            for (std::size_t which = 0; which < result.size(); ++which)
                result[which][i] = static_cast<double>(all[which]);
        }
        return result;
    }

private:
    static kernels::SweepArgs<double> constants(const Form& form)
    {
        return State(0, at::kDouble).arguments<double>(form);
    }
};

constexpr const char* names[] = {"values", "gradients", "first moment", "second moment", "sensitivity", "uncertainty"};

} // namespace

Q_DECLARE_METATYPE(Form)

class TestSweep : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsTheFormulas_data()
    {
        QTest::addColumn<Form>("form");
        QTest::addColumn<bool>("isWide");
        const auto row = [](const char* name, const Form& form) {
            QTest::addRow("%s, float64", name) << form << true;
            QTest::addRow("%s, float32", name) << form << false;
        };
        row("no clipping", {.trained = elements});
        row("clipped", {.trained = elements, .maxNorm = 0.5});
        row("a limit above the norm", {.trained = elements, .maxNorm = 1e3});
        row("weight decay", {.trained = elements, .maxNorm = 0.5, .weightDecay = 0.3});
        row("importance first", {.trained = elements, .maxNorm = 0.5, .weightDecay = 0.3, .before = true});
        row("some not trained", {.trained = 20, .maxNorm = 0.5, .weightDecay = 0.3});
        row("some not trained, importance first", {.trained = 20, .maxNorm = 0.5, .before = true});
        row("none trained", {.trained = 0});
        row("not observed", {.trained = elements, .maxNorm = 0.5, .observes = false});
        row("without importance", {.trained = elements, .maxNorm = 0.5, .hasImportance = false});
    }

    void equalsTheFormulas()
    {
        QFETCH(const Form, form);
        QFETCH(const bool, isWide);
        State state(51, isWide ? at::kDouble : at::kFloat);
        for (int step = 1; step <= 3; ++step) {
            state.step.lr = 0.01 * step;
            state.step.correction1 = 1.0 - std::pow(0.8, step);
            state.step.correction2 = 1.0 - std::pow(0.97, step);
            const auto before = state.copies();
            const auto expected = state.expected(form);
            state.sweep(form);
            for (std::size_t i = 0; i < expected.size(); ++i)
                NEAR(names[i], state.tensors[i], expected[i], isWide ? 1e-14 : 16.0 * std::ldexp(1.0, -24));
            // What takes no part keeps its bits.
            const std::int64_t rest = elements - form.trained;
            for (const std::size_t i : {0U, 2U, 3U})
                QVERIFY(
                    identical(state.tensors[i].narrow(0, form.trained, rest), before[i].narrow(0, form.trained, rest)));
            if (!form.observes || !form.hasImportance)
                QVERIFY(identical(state.tensors[4], before[4]) && identical(state.tensors[5], before[5]));
            if (form.maxNorm == 0.0 || form.maxNorm == 1e3)
                QVERIFY(identical(state.tensors[1], before[1]));
            state.tensors[1].mul_(-1.5);
            state.gradNorm.copy_(state.tensors[1].norm());
        }
    }

    void nothingChangesWhereTheNormIsNotFinite_data()
    {
        QTest::addColumn<double>("norm");
        QTest::newRow("infinite") << std::numeric_limits<double>::infinity();
        QTest::newRow("minus infinite") << -std::numeric_limits<double>::infinity();
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN();
    }

    void nothingChangesWhereTheNormIsNotFinite()
    {
        QFETCH(const double, norm);
        for (const auto type : {at::kDouble, at::kFloat}) {
            for (const double maxNorm : {0.0, 1.0}) {
                State state(52, type);
                const auto before = state.copies();
                state.gradNorm.fill_(norm);
                state.sweep({.trained = elements, .maxNorm = maxNorm, .weightDecay = 0.1});
                for (std::size_t i = 0; i < before.size(); ++i)
                    QVERIFY(identical(state.tensors[i], before[i]));
            }
        }
    }

    /// The tables of bfloat16 and float32 sweep over the same float32 arena.
    void bfloat16sArenaIsFloat32()
    {
        State one(53, at::kFloat);
        State other(53, at::kFloat);
        const Form form {.trained = 30, .maxNorm = 0.5, .weightDecay = 0.1};
        one.sweep(form);
        kernels::cpuTable<kernels::BFloat16>().sweep(other.arguments<float>(form), nullptr);
        for (std::size_t i = 0; i < one.tensors.size(); ++i)
            QVERIFY(identical(one.tensors[i], other.tensors[i]));
    }
};

QTEST_GUILESS_MAIN(TestSweep)
#include "tst_sweep.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever stands in a file or after --set: an Error with a text, or a configuration that can be written and resolved.
#include "tests/config/ConfigTesting.h"
#include "training/config/ConfigFile.h"
#include "training/config/Validation.h"

#include <QtTest/QtTest>

#include <random>

using namespace spectune;
using namespace spectune::testing;

namespace {

class Fuzzer {
public:
    explicit Fuzzer(std::uint32_t seed)
        : m_random(seed)
    {
    }

    std::size_t below(std::size_t count) { return m_random() % count; }

    std::string fragment()
    {
        static const std::vector<std::string> fragments {"{", "}", "[", "]", ",", ":", "\"", "null", "true", "-",
            "1e999", "18446744073709551615", "9223372036854775808", "-9223372036854775808", "0.5", "1e-320", "\"2-5\"",
            "\"0-99999\"", "\"schema\":", "\"\\ud800\"", "\xff", std::string(1, '\0'), "\xc3\xa4", "nan", "inf", "--",
            "0-9223372036854775807", "q_proj,v_proj", "[[[[[[[[", "\"adalora\":{", "1", "3.0", "\"\"", "\n"};
        return fragments[below(fragments.size())];
    }

    std::string mutated(std::string text)
    {
        for (std::size_t count = 1 + below(4); count > 0 && !text.empty(); --count) {
            const std::size_t at = below(text.size());
            switch (below(4)) {
            case 0: text[at] = static_cast<char>(below(256)); break;
            case 1: text.erase(at, 1 + below(12)); break;
            case 2: text.insert(at, fragment()); break;
            default: text.insert(at, text.substr(below(text.size()), 1 + below(40)));
            }
        }
        return text;
    }

    /// A value swapped for another in otherwise sound JSON, so that the checks behind the parser are reached.
    std::string withOtherValue(std::string text)
    {
        const std::size_t colon = text.find(": ", below(text.size()));
        const std::size_t end = colon == std::string::npos ? colon : text.find_first_of(",\n", colon);
        if (end != std::string::npos)
            text.replace(colon + 2, end - colon - 2, fragment());
        return text;
    }

private:
    std::mt19937 m_random;
};

/// Everything a caller does with a configuration that was accepted.
bool usable(const RunConfig& config)
{
    constexpr RunFacts facts {
        .matrices = 42, .smallestSide = 64, .width = 128, .layers = 6, .maxPositions = 512, .samples = 1500};
    const bool same = differingKeys(configFromJson(toJson(config), "again"), config).empty();
    (void)validate(config);
    const std::vector<Issue> issues = validate(config, &facts);
    const ResolvedRun run = resolveRun(config, facts);
    for (const std::int64_t t :
        {std::int64_t {0}, run.schedule.warmUpEnd + 1, run.schedule.finalStart(), run.totalSteps}) {
        const std::int64_t budget = run.schedule.budgetAt(t);
        const bool errors = !issues.empty() && issues.front().severity == Severity::Error;
        if (!errors && (budget < run.schedule.targetBudget || budget > run.schedule.initialBudget))
            return false;
    }
    return same && run.schedule.eventCount() >= 0;
}

} // namespace

class ConfigFuzzTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mutatedFiles();
    void assignments();
    void deepNesting();
};

void ConfigFuzzTest::mutatedFiles()
{
    RunConfig full;
    for (const FieldInfo& field : fields())
        setFieldValue(full, field.key, otherValues(field).back());
    const std::vector<std::string> seeds {toJson(RunConfig {}), toJson(full)};
    Fuzzer fuzzer(3);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::string& seed = seeds[fuzzer.below(seeds.size())];
        const std::string text = i % 2 == 0 ? fuzzer.mutated(seed) : fuzzer.withOtherValue(seed);
        try {
            const RunConfig config = configFromJson(text, "fuzz.json");
            QVERIFY2(usable(config), text.c_str());
            ++accepted;
        } catch (const Error& error) {
            const bool isText = text.find('\0') == std::string::npos;
            QVERIFY2(error.kind() == (isText ? FailureKind::Config : FailureKind::Io), error.what());
            QVERIFY2(std::string_view(error.what()).starts_with("fuzz.json: "), error.what());
            ++refused;
        }
    }
    // Both ways are taken often enough to mean something.
    QVERIFY2(accepted > 80 && refused > 1500, qPrintable(QString::number(accepted)));
}

void ConfigFuzzTest::assignments()
{
    Fuzzer fuzzer(5);
    RunConfig config;
    for (int i = 0; i < 8000; ++i) {
        const FieldInfo& field = fields()[fuzzer.below(fields().size())];
        std::string assignment
            = std::string(field.key) + "=" + (i % 3 == 0 ? fuzzer.fragment() : std::to_string(fuzzer.below(3000)));
        if (i % 5 == 0)
            assignment = fuzzer.mutated(assignment);
        const std::string error = configErrorOf([&] { applyAssignment(config, assignment); });
        QVERIFY2(!error.starts_with("kind"), error.c_str());
        if (i % 20 == 0)
            QVERIFY2(usable(config), toJson(config).c_str());
    }
}

void ConfigFuzzTest::deepNesting()
{
    std::string text;
    for (int i = 0; i < 80000; ++i)
        text += i % 2 == 0 ? "[" : "{\"adalora\":";
    QVERIFY(!configErrorOf([&] { (void)configFromJson(text, "deep"); }).empty());
    const std::string closed = std::string(200000, '[') + std::string(200000, ']');
    QVERIFY(!configErrorOf([&] { (void)configFromJson("{\"optim\":{\"lr\":" + closed + "}}", "deep"); }).empty());
    QVERIFY(!configErrorOf([&] { (void)configFromJson("{\"optim\":" + closed + "}", "deep"); }).empty());
    QVERIFY(!configErrorOf([&] { (void)configFromJson("{\"schema\":" + closed + "}", "deep"); }).empty());
    RunConfig config;
    QVERIFY(!configErrorOf([&] { setFieldFromText(config, "adalora.layers", closed); }).empty());
}

QTEST_GUILESS_MAIN(ConfigFuzzTest)
#include "tst_configfuzz.moc"

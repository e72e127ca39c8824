// SPDX-License-Identifier: GPL-3.0-or-later
// What of the chosen runs is compared in Runs' plot, and what its legend offers for it.
#include "tests/ui/RunsTest.h"
#include "ui/ElidedLabel.h"
#include "ui/LegendToggle.h"
#include "ui/RunsCurves.h"
#include "ui/RunsPage.h"
#include "ui/Segmented.h"
#include "ui/ShareButton.h"
#include "ui/SmoothingSlider.h"
#include "visualization/ComparePlot.h"

#include <QComboBox>
#include <QLabel>
#include <QTest>

#include <algorithm>
#include <cstdlib>

using namespace spectune;
using spectune::test::written;

class TestRunsCurves : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void emptyPanelsOfferNothing();
    void emptyTextsStandAtOneHeight();
    void theNoteHasAShorterForm();
    void theComparedValueIsChosen();
    void filesAreNamedAfterTheValue();
};

/// Over an empty plot, empty maps and an empty table nothing looks as if it could be used.
void TestRunsCurves::emptyPanelsOfferNothing()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    const auto* curves = page().findChild<RunsCurves*>();
    const auto offered = [&] {
        int enabled = 0;
        for (const ShareButton* share : page().findChildren<ShareButton*>())
            enabled += share->isEnabled() ? 1 : 0;
        return enabled;
    };
    choose({});
    QTRY_COMPARE(offered(), 0);
    QVERIFY(!curves->findChild<Segmented*>()->isEnabled());
    for (const LegendToggle* entry : curves->findChildren<LegendToggle*>())
        QVERIFY2(!entry->isVisible(), qPrintable(entry->text()));
    choose({"a", "b"});
    QTRY_COMPARE(offered(), 3);
    QVERIFY(curves->findChild<Segmented*>()->isEnabled());
    QVERIFY(curves->findChild<SmoothingSlider*>()->isVisible());
}

void TestRunsCurves::emptyTextsStandAtOneHeight()
{
    openRuns(0);
    const auto labels = page().findChildren<QLabel*>();
    const auto note = std::ranges::find_if(
        labels, [](const QLabel* label) { return label->text().startsWith("The settings in which chosen runs"); });
    QVERIFY(note != labels.end() && (*note)->isVisible());
    const auto middle = [this](const QWidget& widget) { return widget.mapTo(&page(), widget.rect().center()).y(); };
    QTRY_VERIFY(std::abs(middle(**note) - middle(page().plot())) <= 1);
    QCOMPARE((*note)->contentsMargins().top(), (*note)->contentsMargins().bottom());
}

void TestRunsCurves::theNoteHasAShorterForm()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    const auto labels = page().findChild<RunsCurves*>()->findChildren<ElidedLabel*>();
    const auto note = std::ranges::find_if(
        labels, [](const QLabel* label) { return label->text() == "smoothed, with evaluations"; });
    QVERIFY(note != labels.end());
    (*note)->resize((*note)->sizeHint().width() - 10, (*note)->height());
    QCOMPARE((*note)->shownText(), "smoothed");
    (*note)->resize((*note)->sizeHint().width() + 2, (*note)->height());
    QCOMPARE((*note)->shownText(), "smoothed, with evaluations");
}

void TestRunsCurves::theComparedValueIsChosen()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    auto* curves = page().findChild<RunsCurves*>();
    auto* slider = curves->findChild<SmoothingSlider*>();
    QVERIFY(slider->isVisible() && !curves->choice().accessibleName().isEmpty());
    const QStringList names {"Task loss", "Orthogonality R", "Gradient norm", "Learning rate", "Budget b(t)"};
    QCOMPARE(curves->choice().count(), static_cast<int>(names.size()));
    for (int i = 0; i < names.size(); ++i) {
        QCOMPARE(curves->choice().itemText(i), names.at(i));
        curves->choice().setCurrentIndex(i);
        QCOMPARE(static_cast<int>(page().plot().curves().value()), i);
        QCOMPARE(slider->isVisible(), i < 3); // a rate and a budget do not jump
        for (const LegendToggle* entry : curves->findChildren<LegendToggle*>()) {
            if (entry->text() == "eval")
                QCOMPARE(entry->isVisible(), i == 0);
            if (entry->text().size() == 1)
                QCOMPARE(entry->isVisible(), entry->text() == "A" || entry->text() == "B");
        }
    }
    choose({"b", "a"}); // other curves: the choice stays
    QTRY_COMPARE(page().plot().curves().nameOf(0), QString("b"));
    QCOMPARE(page().plot().curves().value(), CompareValue::Budget);
}

void TestRunsCurves::filesAreNamedAfterTheValue()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    auto* curves = page().findChild<RunsCurves*>();
    const PictureSource& source = curves->findChild<ShareButton*>()->source();
    for (const CompareValue value : allCompareValues) {
        curves->choice().setCurrentIndex(static_cast<int>(value));
        QCOMPARE(source.name(), compareKey(value));
        const QString head = source.csv()().section('\n', 0, 0);
        QVERIFY2(head.split(',').contains(compareKey(value)), qPrintable(head));
    }
}

QTEST_MAIN(TestRunsCurves)
#include "tst_runscurves.moc"

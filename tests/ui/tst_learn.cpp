// SPDX-License-Identifier: GPL-3.0-or-later
// The Learn workspace: its lessons and their marks, and a glossary that knows every field.
#include "tests/ui/StudioBench.h"
#include "training/config/FieldTable.h"
#include "training/config/Validation.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/GlossaryPage.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LessonDelegate.h"
#include "ui/LessonParts.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/SvdLens.h"
#include "ui/TargetsPanel.h"
#include "ui/TourLesson.h"
#include "visualization/MatrixView.h"
#include "visualization/RankGrid.h"
#include "visualization/SpectrumPlot.h"

#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>
#include <QWhatsThisClickedEvent>

#include <algorithm>
#include <cmath>
#include <set>

using namespace spectune;
using spectune::test::patience;

class TestLearn : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void everyFieldHasATerm();
    void everyFieldsHelpFindsItsTerm();
    void termsAreWhole();
    void formulasAreThoseOfTheEngine();
    void searchFinds();
    void helpGoesToTheFieldsTerm();
    void glossaryGoesToTheField();
    void tourTextIsWhole_data();
    void tourTextIsWhole();
    void rowsLieOnOneAnother();
    void twoLessonsWhereThereIsRoom();
    void everyLessonHasItsOwnMark();
    void tabReachesAllOfTheLens();
    void whereTheKeyboardIsIsSeen();
    void keysSetALessonBeside();

private:
    /// The window, active, on this lesson.
    void openOn(LearnPage::Lesson lesson);
    [[nodiscard]] QListWidget& listNamed(const char* name)
    {
        const auto lists = window().learn().page().findChildren<QListWidget*>();
        return **std::ranges::find_if(
            lists, [name](const QListWidget* one) { return one->accessibleName() == QLatin1String(name); });
    }
};

void TestLearn::everyFieldHasATerm()
{
    const Glossary glossary;
    for (const FieldInfo& field : fields()) {
        const QString key = QString::fromUtf8(field.key.data(), static_cast<qsizetype>(field.key.size()));
        QVERIFY2(glossary.ofField(key), qPrintable(key));
    }
    QVERIFY(!glossary.ofField("adalora.nothing"));
}

void TestLearn::everyFieldsHelpFindsItsTerm()
{
    QVERIFY(m_bench->open());
    GlossaryPage& glossary = window().learn().page().glossary();
    for (const FieldInfo& field : fields()) {
        const QString key = QString::fromUtf8(field.key.data(), static_cast<qsizetype>(field.key.size()));
        // As a click in the field's "What is this?" tells the window.
        const FieldEditor editor(window().form(), key);
        const QString link = QStringLiteral("glossary:") + key;
        QVERIFY2(editor.whatsThis().contains("href='" + link + "'"), qPrintable(key));
        QVERIFY2(!editor.toolTip().contains("href") && editor.toolTip().contains("Press F1"), qPrintable(key));
        QWhatsThisClickedEvent click(link);
        QCoreApplication::sendEvent(&window(), &click);
        QCOMPARE(window().workspace(), Workspace::Learn);
        QCOMPARE(window().learn().page().lesson(), LearnPage::Lesson::Glossary);
        const Glossary terms;
        const GlossaryTerm* term = terms.find(glossary.term());
        QVERIFY2(term && term->fields.contains(key), qPrintable(key));
        QVERIFY2(glossary.text().contains(key), qPrintable(key));
    }
}

void TestLearn::termsAreWhole()
{
    const Glossary glossary;
    std::set<QString> ids;
    for (const GlossaryTerm& term : glossary.terms()) {
        QVERIFY2(ids.insert(term.id).second, qPrintable(term.id));
        QVERIFY(!term.title.isEmpty() && !term.text.isEmpty() && !term.source.isEmpty());
        for (const QString& key : term.fields)
            QVERIFY2(findField(key.toStdString()), qPrintable(key)); // no field that is not there
        for (const QString& other : term.related)
            QVERIFY2(glossary.find(other), qPrintable(other));
    }
    for (const char* wanted :
        {"triplet", "rank", "budget", "importance", "sensitivity", "uncertainty", "orthogonality", "scale", "adapter"})
        QVERIFY2(glossary.find(QLatin1String(wanted)), wanted);
}

void TestLearn::formulasAreThoseOfTheEngine()
{
    const Glossary glossary;
    const auto formula = [&glossary](const char* term) { return glossary.find(QLatin1String(term))->formula; };
    RunConfig config;
    config.adalora.initRank = 4;
    config.adalora.targetRank = 2;
    config.adalora.alpha = 8.0;
    config.train.steps = 800;
    RunFacts facts;
    facts.matrices = 2;
    const ResolvedRun run = resolveRun(config, facts);
    QVERIFY(run.scale != 2.0 && std::abs(run.scale - 8.0 / (4.0 + 1e-5)) < 1e-12);
    QCOMPARE(formula("scale"), QString("s = α / (r₀ + 1e−5)"));
    const BudgetSchedule& schedule = run.schedule; // t = T − tf is of the final phase
    QCOMPARE(schedule.budgetAt(schedule.finalStart()), schedule.targetBudget);
    QCOMPARE(formula("final-phase"), QString("t ≥ T − tf : b(t) = bT"));
    // p is a column of P: a parameter has another letter.
    QVERIFY(formula("sensitivity").contains("|θ · g|") && formula("adamw").startsWith("θ ← θ"));
}

void TestLearn::searchFinds()
{
    const Glossary glossary;
    QCOMPARE(glossary.matching({}).size(), glossary.terms().size());
    QCOMPARE(glossary.matching("budget").front()->id, QString("budget"));
    QVERIFY(glossary.matching("adalora.gamma").front()->fields.contains("adalora.gamma"));
    QVERIFY(glossary.matching("qwertz").empty());
    GlossaryPage page;
    page.findChild<QLineEdit*>()->setText("tripl");
    QCOMPARE(page.term(), QString("triplet"));
    QVERIFY(page.text().contains("Σ λᵢ pᵢ qᵢ"));
    page.findChild<QLineEdit*>()->setText("qwertz");
    QCOMPARE(page.findChild<QListWidget*>()->count(), 0);
}

void TestLearn::helpGoesToTheFieldsTerm()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Setup);
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    window().setup().fields().focus("adalora.alpha");
    QTest::keyClick(window().focusWidget(), Qt::Key_F1);
    QCOMPARE(window().workspace(), Workspace::Learn);
    QCOMPARE(window().learn().page().lesson(), LearnPage::Lesson::Glossary);
    QCOMPARE(window().learn().page().glossary().term(), QString("scale"));
    QVERIFY(window().learn().page().glossary().text().contains("adalora.alpha"));
    window().showWorkspace(Workspace::Live);
    window().live().grid().setFocus();
    window().learn().showHelp();
    QCOMPARE(window().learn().page().glossary().term(), QString("rank"));
    GlossaryPage& glossary = window().learn().page().glossary();
    // The targets have no editor: a grid shows them, and another one a map of ranks.
    auto& panel = *window().setup().findChild<TargetsPanel*>();
    const auto helpOn = [&](QWidget& widget) {
        window().showWorkspace(Workspace::Setup);
        glossary.showTerm("triplet"); // no field's
        widget.setFocus();
        const bool focused = widget.hasFocus();
        window().learn().showHelp();
        return focused ? glossary.term() : QStringLiteral("no focus");
    };
    panel.setShown(TargetsPanel::Shown::Targets);
    QCOMPARE(helpOn(panel.targets()), QString("targets"));
    panel.setShown(TargetsPanel::Shown::FixedRank);
    QCOMPARE(helpOn(panel.map()), QString("rank"));
    const auto buttons = panel.findChildren<QToolButton*>(); // of the presets, then of the maps
    QCOMPARE(buttons.back()->text(), QString("Learned…"));
    QCOMPARE(helpOn(*buttons.back()), QString("rank"));
}

void TestLearn::glossaryGoesToTheField()
{
    QVERIFY(m_bench->open());
    window().learn().showGlossaryField("adalora.beta1");
    auto* view = window().learn().page().glossary().findChild<QTextBrowser*>();
    Q_EMIT view->anchorClicked(QUrl("term:importance"));
    QCOMPARE(window().learn().page().glossary().term(), QString("importance"));
    Q_EMIT view->anchorClicked(QUrl("field:optim.lr"));
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestLearn::tourTextIsWhole_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1180, 720), QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
        QTest::addRow("%d", size.width()) << size;
}

void TestLearn::tourTextIsWhole()
{
    QFETCH(QSize, size);
    m_bench->size = size;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Learn);
    const auto* about = window().learn().page().tourLesson().findChild<QLabel*>("AboutTour");
    QVERIFY(about);
    QTRY_VERIFY(about->isVisible() && !about->text().isEmpty());
    QTRY_VERIFY(about->height() >= about->heightForWidth(about->width()));
    QVERIFY(about->width() >= 400 && about->width() <= readingWidth(about->font()));
}

void TestLearn::rowsLieOnOneAnother()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showWorkspace(Workspace::Learn);
    QCoreApplication::processEvents();
    int lists = 0;
    for (const QListWidget* list : window().learn().page().findChildren<QListWidget*>()) {
        if (!qobject_cast<const LessonDelegate*>(list->itemDelegate()) || !list->isVisible())
            continue;
        ++lists;
        QVERIFY(list->count() > 2);
        const int left = LessonDelegate::linesLeft(list->model()->index(0, 0));
        for (int row = 0; row + 1 < list->count(); ++row) {
            const QRect here = list->visualItemRect(list->item(row));
            const QRect next = list->visualItemRect(list->item(row + 1));
            QCOMPARE(here.bottom() + 1, next.top()); // as tall as it is painted
            // Titles and details stand below one another; a number has a column of its own.
            QCOMPARE(LessonDelegate::linesLeft(list->model()->index(row + 1, 0)), left);
            QVERIFY2(list->item(row)->text().front().isLetter(), qPrintable(list->item(row)->text()));
            const bool hasDetail = !list->item(row)->data(LessonDelegate::detailRole).toString().isEmpty();
            QVERIFY2(here.height() >= (hasDetail ? 48 : 36), qPrintable(QString::number(row)));
        }
    }
    QCOMPARE(lists, 2);
}

void TestLearn::twoLessonsWhereThereIsRoom()
{
    m_bench->size = {1600, 900};
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Learn);
    LearnPage& page = window().learn().page();
    page.showLesson(LearnPage::Lesson::Lens);
    QVERIFY(page.isShown(LearnPage::Lesson::Lens) && !page.isShown(LearnPage::Lesson::Tour));
    QVERIFY(page.showBeside(LearnPage::Lesson::Glossary));
    QVERIFY(page.isShown(LearnPage::Lesson::Lens) && page.isShown(LearnPage::Lesson::Glossary));
    window().resize(1280, 800);
    QTRY_VERIFY(!page.isShown(LearnPage::Lesson::Lens));
    QCOMPARE(page.lesson(), LearnPage::Lesson::Glossary);
    QVERIFY(!page.showBeside(LearnPage::Lesson::Tour));
}

void TestLearn::everyLessonHasItsOwnMark()
{
    using Lesson = LearnPage::Lesson;
    using Mark = LessonDelegate::Mark;
    m_bench->size = {1600, 900};
    QVERIFY(m_bench->open());
    LearnPage& page = window().learn().page();
    const auto rowOf = [this](Lesson lesson) { return listNamed("Lessons").item(static_cast<int>(lesson)); };
    const auto marked = [&rowOf](Lesson lesson, Mark mark) {
        return rowOf(lesson)->data(LessonDelegate::markRole).toInt() == static_cast<int>(mark);
    };
    const auto isOpen = [&rowOf](Lesson lesson) { return rowOf(lesson)->data(LessonDelegate::openRole).toBool(); };
    QSignalSpy opened(&page, &LearnPage::openedChanged);
    page.showLesson(Lesson::Bound); // nobody sees it
    page.showLesson(Lesson::Tour);
    window().showWorkspace(Workspace::Learn);
    for (const Lesson lesson : {Lesson::Tour, Lesson::Lens, Lesson::Bound, Lesson::Glossary})
        QVERIFY(marked(lesson, Mark::Open) && isOpen(lesson) == (lesson == Lesson::Tour));
    page.showLesson(Lesson::Lens);
    QVERIFY(marked(Lesson::Lens, Mark::Done) && isOpen(Lesson::Lens) && !isOpen(Lesson::Tour));
    QVERIFY(page.showBeside(Lesson::Glossary)); // both are open, and both are marked so
    QVERIFY(isOpen(Lesson::Lens) && isOpen(Lesson::Glossary));
    page.showLesson(Lesson::Tour);
    QVERIFY(
        marked(Lesson::Lens, Mark::Done) && marked(Lesson::Glossary, Mark::Done) && marked(Lesson::Bound, Mark::Open));
    QVERIFY(marked(Lesson::Tour, Mark::Open)); // done once it is finished
    QCOMPARE(rowOf(Lesson::Lens)->data(Qt::AccessibleTextRole).toString(), QString("SVD lens, opened"));
    QCOMPARE(opened.count(), 3); // once each
}

void TestLearn::openOn(LearnPage::Lesson lesson)
{
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    QVERIFY(window().startRun()); // ΔW has a matrix to choose
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(lesson);
    QCoreApplication::processEvents(); // it lays itself out
}

void TestLearn::tabReachesAllOfTheLens()
{
    openOn(LearnPage::Lesson::Lens);
    SvdLens& lens = window().learn().page().lens();
    QTRY_VERIFY_WITH_TIMEOUT(lens.matrices().isEnabled(), patience);
    std::set<const QWidget*> wanted {&listNamed("Lessons")};
    for (const QWidget* widget : lens.findChildren<QWidget*>())
        if (widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus)
            && !widget->focusProxy())
            wanted.insert(widget);
    const std::size_t others = wanted.size();
    for (const MatrixView* picture : lens.findChildren<MatrixView*>()) // of the image and of ΔW
        wanted.insert(picture);
    for (const SpectrumPlot* plot : lens.findChildren<SpectrumPlot*>())
        wanted.insert(plot);
    QCOMPARE(wanted.size(), others); // each takes Tab
    QVERIFY(wanted.size() >= 13U); // the list, another image, rank, slider, matrix, six pictures, both plots
    for (const char* name : {"Rank k", "Matrix", "Error of rank k", "Singular values of ΔW"})
        QVERIFY2(std::ranges::any_of(
                     wanted, [name](const QWidget* one) { return one->accessibleName() == QString::fromUtf8(name); }),
            name);
    listNamed("Lessons").setFocus();
    for (int press = 0; press < 80; ++press) {
        wanted.erase(window().focusWidget());
        QTest::keyClick(window().focusWidget(), Qt::Key_Tab);
    }
    for (const QWidget* widget : wanted)
        QFAIL(qPrintable(widget->metaObject()->className() + QStringLiteral(" ") + widget->accessibleName()));
}

void TestLearn::whereTheKeyboardIsIsSeen()
{
    openOn(LearnPage::Lesson::Glossary);
    GlossaryPage& glossary = window().learn().page().glossary();
    auto* search = glossary.findChild<QLineEdit*>();
    auto* view = glossary.findChild<QTextBrowser*>();
    const auto isSeen = [&window = window()](QWidget& widget, QWidget& other) {
        other.setFocus();
        const QImage without = widget.grab().toImage();
        widget.setFocus();
        return window.focusWidget() == &widget && widget.grab().toImage() != without;
    };
    QVERIFY(isSeen(listNamed("Lessons"), *search));
    QVERIFY(isSeen(listNamed("Terms"), *search));
    QVERIFY(isSeen(*view, *search));
    window().learn().page().showLesson(LearnPage::Lesson::Tour);
    listNamed("Stops of the tour").setCurrentRow(2);
    QVERIFY(isSeen(listNamed("Stops of the tour"), listNamed("Lessons")));
}

void TestLearn::keysSetALessonBeside()
{
    m_bench->size = {1600, 900};
    openOn(LearnPage::Lesson::Lens);
    listNamed("Lessons").setFocus();
    QTest::keyClick(window().windowHandle(), Qt::Key_Down, Qt::ControlModifier);
    LearnPage& page = window().learn().page();
    QCOMPARE(page.lesson(), LearnPage::Lesson::Bound);
    QVERIFY(page.isShown(LearnPage::Lesson::Lens) && page.isShown(LearnPage::Lesson::Bound));
    QTest::keyClick(window().windowHandle(), Qt::Key_Down);
    QVERIFY(!page.isShown(LearnPage::Lesson::Bound) && page.isShown(LearnPage::Lesson::Glossary));
}

QTEST_MAIN(TestLearn)
#include "tst_learn.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The Learn workspace: a glossary that knows every field, and the lens on an image and on what a run has learnt.
#include "tests/ui/StudioBench.h"
#include "training/config/FieldTable.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/GlossaryPage.h"
#include "ui/LayerStrip.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/LessonDelegate.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/SvdLens.h"
#include "ui/SvdWorker.h"
#include "ui/TargetsPanel.h"
#include "ui/TourLesson.h"
#include "visualization/RankGrid.h"
#include "visualization/SampleImage.h"
#include "visualization/SignLegend.h"

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
#include <atomic>
#include <cmath>
#include <memory>
#include <set>

using namespace spectune;
using spectune::test::patience;

class TestLearn : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void everyFieldHasATerm();
    void everyFieldsHelpFindsItsTerm();
    void termsAreWhole();
    void searchFinds();
    void helpGoesToTheFieldsTerm();
    void glossaryGoesToTheField();
    void tourTextIsWhole_data();
    void tourTextIsWhole();
    void rowsLieOnOneAnother();
    void twoLessonsWhereThereIsRoom();
    void lensShowsAnImage();
    void lensReadsAnImageFile();
    void lensShowsDelta();
    void lensForgetsAnotherRunsDelta();
    void whatIsDroppedIsNotTold();

private:
    [[nodiscard]] MainWindow& window() { return *m_bench->window; }
    [[nodiscard]] SvdLens& lens() { return window().learn().page().lens(); }
    void showLens();
    [[nodiscard]] const QLabel* labelOf(const char* text) ///< of the lens; null: there is none
    {
        for (const QLabel* label : lens().findChildren<QLabel*>())
            if (label->text() == QString::fromUtf8(text))
                return label;
        return nullptr;
    }

    std::unique_ptr<test::StudioBench> m_bench;
};

void TestLearn::init()
{
    m_bench = std::make_unique<test::StudioBench>();
}

void TestLearn::cleanup()
{
    m_bench.reset();
}

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
        QVERIFY2(editor.help().contains("href='" + link + "'"), qPrintable(key));
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

void TestLearn::showLens()
{
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(LearnPage::Lesson::Lens);
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
    QVERIFY(about->width() >= 600 && about->width() <= 640);
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

void TestLearn::lensShowsAnImage()
{
    QVERIFY(m_bench->open());
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().imageRow().parts(), patience);
    QVERIFY(!lens().deltaRow().parts()); // no run yet
    QCOMPARE(lens().rank(), 6);
    QVERIFY(lens().imageRow().rankTitle().contains("6 of 256"));
    // The colours of signs stand beside what is lost, with the numbers that the pictures are painted by.
    const double reach = lens().imageRow().legend().reach();
    QVERIFY2(reach > 0.0 && reach < 1.001, qPrintable(QString::number(reach)));
    QCOMPARE(lens().deltaRow().legend().reach(), 0.0);
    QVERIFY(!lens().imageRow().matrixLegend()); // a grey image needs none
    const QLabel* size = labelOf("256 × 256");
    const QLabel* title = labelOf("Image");
    QVERIFY(size && title);
    QTRY_VERIFY(size->x() - title->geometry().right() >= 6 && size->x() - title->geometry().right() <= 12);
    const double six = lens().imageRow().error();
    lens().setRank(60);
    QVERIFY(lens().imageRow().error() < six);
    const auto& lost = lens().imageRow().view(2).matrix().values;
    const auto& all = lens().imageRow().view(0).matrix().values;
    const auto& kept = lens().imageRow().view(1).matrix().values;
    for (std::size_t i = 0; i < all.size(); i += 997)
        QVERIFY(std::abs(all[i] - kept[i] - lost[i]) < 1e-4F);
}

void TestLearn::lensReadsAnImageFile()
{
    QVERIFY(m_bench->open());
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().imageRow().parts(), patience);
    QImage image(40, 30, QImage::Format_RGB32);
    image.fill(Qt::white);
    QVERIFY(image.save(m_bench->path("own.png")));
    lens().openImage(m_bench->path("own.png"));
    QTRY_COMPARE_WITH_TIMEOUT(lens().imageRow().parts()->rows, 30, patience);
    QVERIFY(lens().imageRow().parts()->errorAt(1) < 1e-6); // one grey is of rank 1
    lens().openImage(m_bench->path("none.png")); // the worker finds out
    QTRY_VERIFY_WITH_TIMEOUT(lens().problem().contains("none.png"), patience);
    QCOMPARE(lens().imageRow().parts()->rows, 30);
    lens().openImage(m_bench->path("own.png"));
    QVERIFY(lens().problem().isEmpty());
}

void TestLearn::lensShowsDelta()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().deltaRow().parts(), patience);
    const std::vector<double> expected {2.0, 1.0, 0.5, 0.25}; // s · |λ|, largest first
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY(std::abs(lens().deltaRow().parts()->sigma[i] - expected[i]) < 1e-6);
        QVERIFY(std::abs(lens().layers().norms()[i] - expected[i]) < 1e-6);
    }
    float most = 0.0F;
    for (const float value : lens().deltaRow().view(0).matrix().values)
        most = std::max(most, std::abs(value));
    QVERIFY(std::abs(lens().deltaRow().legend().reach() - 0.6 * most) < 1e-6);
    QVERIFY(!lens().deltaRow().legend().accessibleDescription().isEmpty());
    const SignLegend* all = lens().deltaRow().matrixLegend(); // of ΔW and its rank k, in the same colours
    QVERIFY(all && all->isVisible());
    QCOMPARE(all->reach(), lens().deltaRow().legend().reach());
    QTRY_VERIFY(!all->bar().isEmpty());
    const QLabel* note = labelOf("layers of PΛQ, the largest first; those beyond k are dimmed");
    QVERIFY(note);
    const LayerStrip& strip = lens().layers();
    QTRY_VERIFY(note->x() == strip.x() && strip.y() > note->y() && strip.y() - note->geometry().bottom() <= 8);
    lens().setRank(2);
    QVERIFY(std::abs(lens().deltaRow().error() - std::sqrt(0.3125 / 5.3125)) < 1e-9);
    lens().setRank(4);
    QCOMPARE(lens().deltaRow().error(), 0.0);
    QCOMPARE(lens().matrices().count(), 2);
    QCOMPARE(lens().matrices().currentText(), QString("Layer 0 · q_proj"));
    lens().matrices().setCurrentIndex(1);
    Q_EMIT lens().matrices().activated(1);
    QTRY_COMPARE_WITH_TIMEOUT(lens().matrices().currentText(), QString("Layer 3 · down_proj"), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
}

void TestLearn::lensForgetsAnotherRunsDelta()
{
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().deltaRow().parts(), patience);
    m_bench->scene->waitAt = 50;
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    showLens();
    QVERIFY(!lens().deltaRow().parts()); // of the run before
    QCOMPARE(lens().matrices().count(), 0);
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_VERIFY_WITH_TIMEOUT(lens().deltaRow().parts(), patience);
}

void TestLearn::whatIsDroppedIsNotTold()
{
    std::atomic<bool> open {false};
    std::atomic<bool> done {false};
    SvdWorker worker;
    QSignalSpy finished(&worker, &SvdWorker::finished);
    worker.start([&open, &done] {
        open.wait(false);
        SpectralParts parts = SpectralParts::of(sampleImage(8));
        done = true;
        return parts;
    });
    QVERIFY(worker.isBusy());
    worker.drop();
    const bool busy = worker.isBusy();
    open = true; // whatever comes below: the thread ends
    open.notify_all();
    QVERIFY(!busy);
    QTRY_VERIFY_WITH_TIMEOUT(done, patience);
    QCoreApplication::processEvents();
    QCOMPARE(finished.count(), 0);
    worker.start([] { return SpectralParts::of(sampleImage(16)); }); // the next one is
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, patience);
    QCOMPARE(finished.first().first().value<std::shared_ptr<const SpectralParts>>()->rows, 16);
}

QTEST_MAIN(TestLearn)
#include "tst_learn.moc"

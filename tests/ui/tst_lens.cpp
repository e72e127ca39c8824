// SPDX-License-Identifier: GPL-3.0-or-later
// The SVD lens on an image and on what a run has learnt: its figures, and how its pictures fill their row.
#include "tests/ui/StudioBench.h"
#include "ui/LayerStrip.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SvdLens.h"
#include "ui/SvdWorker.h"
#include "visualization/SampleImage.h"
#include "visualization/SignLegend.h"
#include "visualization/SpectrumPlot.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

using namespace spectune;
using spectune::test::patience;

class TestLens : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void lookingIsNotReading();
    void lensShowsAnImage();
    void lensFillsItsRows_data();
    void lensFillsItsRows();
    void lensKeepsValuesSquare();
    void largeMatricesAreSavedAsBlockMeans();
    void clippedColoursSayIt();
    void lensReadsAnImageFile();
    void lensShowsDelta();
    void lensForgetsAnotherRunsDelta();
    void whatIsDroppedIsNotTold();

private:
    [[nodiscard]] SvdLens& lens() { return window().learn().page().lens(); }
    void showLens();
    [[nodiscard]] const QLabel* labelOf(const char* text) ///< of the lens; null: there is none
    {
        for (const QLabel* label : lens().findChildren<QLabel*>())
            if (label->text() == QString::fromUtf8(text))
                return label;
        return nullptr;
    }
};

void TestLens::showLens()
{
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(LearnPage::Lesson::Lens);
}

/// Who waits behind the lens, the inspector or the device is not told that model and data are read.
void TestLens::lookingIsNotReading()
{
    QVERIFY(m_bench->open());
    SessionController& session = window().session();
    QTRY_VERIFY_WITH_TIMEOUT(!session.isPolling(), patience);
    const std::array<Request, 3> requests {ReadFactors {}, InspectTriplets {}, InspectDevice {"cpu"}};
    for (const Request& request : requests) {
        const std::int64_t number = session.ask(request);
        QVERIFY(session.workBefore(number + 1) == EngineWork::Looking);
        QTRY_VERIFY_WITH_TIMEOUT(!session.workBefore(number + 1), patience);
    }
    session.ask(InspectModel {m_bench->path("model").toStdString()});
    QVERIFY(session.workBefore(std::numeric_limits<std::int64_t>::max()) == EngineWork::Reading);
}

void TestLens::lensShowsAnImage()
{
    QVERIFY(m_bench->open());
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().imageRow().parts(), patience);
    QVERIFY(!lens().deltaRow().parts()); // no run yet
    QCOMPARE(lens().rank(), 6);
    // Beyond its own rank the picture is complete, as the curve of its error beside it says.
    const SpectralParts& image = *lens().imageRow().parts();
    const int exact = image.exactRank();
    QVERIFY2(exact > 100 && exact < 256, qPrintable(QString::number(exact)));
    QVERIFY(image.errorAt(exact) < 1e-5 && image.errorAt(exact - 1) > 0.0);
    QCOMPARE(lens().imageRow().rankTitle(), QStringLiteral("Rank 6 of %1").arg(exact));
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

void TestLens::lensFillsItsRows_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1180, 720), QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
        QTest::addRow("%d", size.width()) << size;
}

void TestLens::lensFillsItsRows()
{
    QFETCH(QSize, size);
    m_bench->size = size;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    showLens();
    QTRY_VERIFY_WITH_TIMEOUT(lens().imageRow().parts() && lens().deltaRow().parts(), patience);
    constexpr int gap = 14;
    for (int i = 0; i < 3; ++i) // both rows' columns are in line
        QTRY_COMPARE(lens().deltaRow().view(i).x(), lens().imageRow().view(i).x());
    for (const LensRow* row : {&lens().imageRow(), &std::as_const(lens()).deltaRow()}) {
        const auto* plot = row->findChild<SpectrumPlot*>();
        const auto right = [row](int view) { return row->view(view).x() + row->view(view).width(); };
        QTRY_COMPARE(row->view(1).x() - right(0), gap);
        QTRY_COMPARE(row->view(2).x() - right(1), gap);
        QTRY_COMPARE(plot->x() - right(2), gap);
        QCOMPARE(plot->x() + plot->width(), row->width() - 12);
        for (int i = 0; i < 3; ++i) {
            const MatrixView& view = row->view(i);
            QTRY_VERIFY(std::abs(view.width() - row->view(0).width()) <= 1); // equally large
            const double least
                = size.height() < 800 ? 0.7 : 0.85; // there a title and its note are wider than the picture
            QTRY_VERIFY2(view.pictureRect().width() > least * view.width(), qPrintable(QString::number(view.width())));
            QTRY_VERIFY(view.pictureRect().height() > 0.98 * view.height());
        }
    }
}

void TestLens::lensKeepsValuesSquare()
{
    LensRow row(
        MatrixView::Colors::Signed, SpectrumPlot::Kind::SingularValues, QStringLiteral("A"), QStringLiteral("σ"));
    row.resize(1000, 240);
    row.show();
    const auto look = [&row](int rows, int columns) {
        const std::vector<float> p(static_cast<std::size_t>(rows), 0.1F);
        const std::vector<float> q(static_cast<std::size_t>(columns), 0.1F);
        row.setParts(
            std::make_shared<SpectralParts>(SpectralParts::ofFactors(p, std::vector<double> {1.0}, q, rows, columns)),
            {});
        QCoreApplication::processEvents();
        const QSizeF picture = row.view(0).pictureRect().size();
        return std::abs(picture.width() / picture.height() / (static_cast<double>(columns) / rows) - 1.0);
    };
    QVERIFY(look(64, 176) < 0.01);
    QVERIFY(look(176, 64) < 0.01);
    // More values than are drawn: blocks, as many along a side as it is long.
    QVERIFY(look(2048, 5632) < 0.01);
    QCOMPARE(row.view(0).matrix().columns, 512);
    QCOMPARE(row.view(0).matrix().rows, 186);
    const QRectF picture = row.view(0).pictureRect();
    QVERIFY(picture.width() > row.view(0).width() - 1.0); // as wide as its column
    QVERIFY(std::abs(picture.center().y() - row.view(0).height() / 2.0) <= 1.0); // in the middle of what is left
}

void TestLens::largeMatricesAreSavedAsBlockMeans()
{
    LensRow row(
        MatrixView::Colors::Signed, SpectrumPlot::Kind::SingularValues, QStringLiteral("A"), QStringLiteral("σ"));
    row.resize(1000, 240);
    row.show();
    const auto show = [&row](int rows, int columns) {
        std::vector<float> p(static_cast<std::size_t>(rows));
        std::iota(p.begin(), p.end(), 1.0F); // a row's number is its value
        const std::vector<float> q(static_cast<std::size_t>(columns), 1.0F);
        row.setParts(
            std::make_shared<SpectralParts>(SpectralParts::ofFactors(p, std::vector<double> {1.0}, q, rows, columns)),
            {});
    };
    QString csv;
    const auto copy = [&row, &csv](int column) {
        QGuiApplication::clipboard()->clear();
        const auto actions = row.view(column).findChild<QMenu*>()->actions();
        const auto values = std::ranges::find(actions, QStringLiteral("Copy &values"), &QAction::text);
        QVERIFY(values != actions.end());
        (*values)->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!(csv = QGuiApplication::clipboard()->text()).isEmpty(), patience);
    };
    row.setRank(8);
    show(3, 2);
    QCOMPARE(row.rankTitle(), QString("Rank 1 of 1"));
    QCOMPARE(row.fileName(0), QString("whole-matrix"));
    QCOMPARE(row.fileName(1), QString("rank-1")); // there is no rank 8
    QCOMPARE(row.fileName(2), QString("lost-at-rank-1"));
    copy(0);
    QVERIFY2(csv.startsWith("row,column,value\n1,1,"), qPrintable(csv.left(60)));
    show(1024, 4);
    QCOMPARE(row.fileName(0), QString("whole-matrix-512x2-block-means"));
    QCOMPARE(row.fileName(1), QString("rank-1-512x2-block-means"));
    copy(1);
    const QStringList lines = csv.split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 1 + 512 * 2);
    QCOMPARE(lines.front(), QString("first_row,last_row,first_column,last_column,mean"));
    QVERIFY2(lines.at(1).startsWith("1,2,1,2,"), qPrintable(lines.at(1)));
    QVERIFY(std::abs(lines.at(1).section(',', 4).toDouble() - 1.5) < 1e-3);
    QVERIFY2(lines.back().startsWith("1023,1024,3,4,"), qPrintable(lines.back()));
    QVERIFY(std::abs(lines.back().section(',', 4).toDouble() - 1023.5) < 1e-1);
}

void TestLens::clippedColoursSayIt()
{
    LensRow row(
        MatrixView::Colors::Signed, SpectrumPlot::Kind::SingularValues, QStringLiteral("A"), QStringLiteral("σ"));
    row.resize(900, 160);
    row.show();
    const auto show = [&row](float last) {
        std::vector<float> p(8, 1.0F);
        p.back() = last;
        const std::vector<float> q(8, 0.1F);
        row.setParts(
            std::make_shared<SpectralParts>(SpectralParts::ofFactors(p, std::vector<double> {1.0}, q, 8, 8)), {});
        QCoreApplication::processEvents();
    };
    show(2.0F); // of one size: the strongest colour is the largest value
    QVERIFY(!row.legend().isClipped());
    QVERIFY(std::abs(row.legend().reach() - 0.2) < 1e-6);
    show(20.0F);
    for (const SignLegend* legend : {&row.legend(), row.matrixLegend()}) {
        QVERIFY(legend->isClipped());
        QVERIFY(std::abs(legend->reach() - 1.2) < 1e-6);
    }
    QVERIFY(row.legend().accessibleDescription().contains(QStringLiteral("≤ −1.2"))
        && row.legend().toolTip().contains(QStringLiteral("≥ +1.2")));
    QTRY_VERIFY(!row.legend().bar().isEmpty()); // its longer ends have room
}

void TestLens::lensReadsAnImageFile()
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

void TestLens::lensShowsDelta()
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
    QVERIFY(std::abs(lens().deltaRow().legend().reach() - most) < 1e-6); // none stands far above the others
    QVERIFY(!lens().deltaRow().legend().isClipped());
    QVERIFY(!lens().deltaRow().legend().accessibleDescription().isEmpty());
    const SignLegend* all = lens().deltaRow().matrixLegend(); // of ΔW and its rank k, in the same colours
    QVERIFY(all && all->isVisible());
    QCOMPARE(all->reach(), lens().deltaRow().legend().reach());
    QTRY_VERIFY(!all->bar().isEmpty());
    const QLabel* note = labelOf("the rank-1 terms of PΛQ, the largest first; those beyond k are dimmed");
    QVERIFY(note);
    const LayerStrip& strip = lens().layers();
    QTRY_VERIFY(note->x() == strip.x() && strip.y() > note->y() && strip.y() - note->geometry().bottom() <= 8);
    QTRY_VERIFY_WITH_TIMEOUT(lens().imageRow().parts(), patience);
    const QString complete = QStringLiteral("This ΔW is complete at k = 4, this image at k = %1.")
                                 .arg(lens().imageRow().parts()->exactRank());
    const auto labels = lens().findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [&complete](const QLabel* label) { return label->text().endsWith(complete); }));
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

void TestLens::lensForgetsAnotherRunsDelta()
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

void TestLens::whatIsDroppedIsNotTold()
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

QTEST_MAIN(TestLens)
#include "tst_lens.moc"

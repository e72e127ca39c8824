// SPDX-License-Identifier: GPL-3.0-or-later
// Light and dark: the window in sight follows at once, all else before it is seen, and nothing waits for it.
#include "tests/support/CpuTime.h"
#include "tests/ui/StudioBench.h"
#include "tests/ui/ThemeSwitch.h"
#include "ui/ExportWindow.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QDialog>
#include <QEvent>
#include <QLabel>
#include <QMenu>
#include <QScopeGuard>
#include <QTest>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <vector>

using namespace spectune;
using spectune::test::costOfSwitch;
using spectune::test::oldColours;
using spectune::test::patience;

namespace {

constexpr double most = 50.0; // ms of the processor

constexpr std::array pages {Workspace::Setup, Workspace::Live, Workspace::Try, Workspace::Runs, Workspace::Learn};

ThemeChoice other()
{
    return Theme::current().dark ? ThemeChoice::Light : ThemeChoice::Dark;
}

/// Where the pictures differ, for a person.
QByteArray difference(const QImage& a, const QImage& b)
{
    if (a == b)
        return {};
    QRect where;
    for (int y = 0; y < std::min(a.height(), b.height()); ++y)
        for (int x = 0; x < std::min(a.width(), b.width()); ++x)
            if (a.pixel(x, y) != b.pixel(x, y))
                where |= QRect(x, y, 1, 1);
    return QStringLiteral("%1 × %2 at %3, %4")
        .arg(where.width())
        .arg(where.height())
        .arg(where.x())
        .arg(where.y())
        .toUtf8();
}

} // namespace

class TestThemeChange : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aSwitchIsShort_data();
    void aSwitchIsShort();
    void theDesktopsSwitchIsShort();
    void theWindowInSightFollowsAtOnce();
    void everyPageIsAsQtsOwnWayMakesIt_data();
    void everyPageIsAsQtsOwnWayMakesIt();
    void windowsFollow();
    void fontsStay();
    void whatIsDeletedMeanwhileIsNoHarm();

private:
    QImage picture();
    std::vector<QImage> pictures(); ///< of each page
};

/// Without a turn of the event loop.
QImage TestThemeChange::picture()
{
    if (QWidget* focused = window().focusWidget())
        focused->clearFocus(); // a cursor that blinks
    window().live().plots().replotNow();
    for (int i = 0; i < 3; ++i) // columns that fit themselves to their neighbours
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
    return window().grab().toImage();
}

std::vector<QImage> TestThemeChange::pictures()
{
    std::vector<QImage> made;
    for (const Workspace page : pages) {
        window().showWorkspace(page);
        made.push_back(picture());
    }
    return made;
}

void TestThemeChange::aSwitchIsShort_data()
{
    QTest::addColumn<Workspace>("page");
    QTest::newRow("Set up") << Workspace::Setup;
    QTest::newRow("Live") << Workspace::Live;
    QTest::newRow("Try") << Workspace::Try;
    QTest::newRow("Runs") << Workspace::Runs;
    QTest::newRow("Learn") << Workspace::Learn;
}

void TestThemeChange::aSwitchIsShort()
{
    QFETCH(const Workspace, page);
    m_bench->runTo(SessionState::Finished);
    for (const Workspace each : pages) // all of them have been seen
        window().showWorkspace(each);
    window().showWorkspace(page);
    QVERIFY(costOfSwitch(window(), other()) < 1e9); // the first one paints what was never painted
    const double taken = testing::quickest(3, most, [this] { return costOfSwitch(window(), other()); });
    QVERIFY2(taken < most, qPrintable(QString::number(taken)));
}

void TestThemeChange::theDesktopsSwitchIsShort()
{
    m_bench->theme = ThemeChoice::System;
    m_bench->runTo(SessionState::Finished);
    window().showWorkspace(Workspace::Setup); // the one with the most widgets
    const QByteArray before = qgetenv("GTK_THEME");
    const auto restore
        = qScopeGuard([&before] { before.isEmpty() ? qunsetenv("GTK_THEME") : qputenv("GTK_THEME", before); });
    const double taken = testing::quickestCpu(4, most, [this] {
        const bool dark = !Theme::current().dark;
        qputenv("GTK_THEME", dark ? "Adwaita-dark" : "Adwaita");
        QEvent turned(QEvent::ThemeChange);
        QCoreApplication::sendEvent(&window(), &turned);
        QCOMPARE(Theme::current().dark, dark);
    });
    QVERIFY2(taken < most, qPrintable(QString::number(taken)));
}

void TestThemeChange::theWindowInSightFollowsAtOnce()
{
    m_bench->runTo(SessionState::Finished);
    (void)pictures();
    for (const Workspace page : pages) {
        window().showWorkspace(page);
        QVERIFY(costOfSwitch(window(), other()) < 1e9);
        window().setTheme(other());
        const QImage now = picture();
        qApp->setStyleSheet(qApp->styleSheet());
        const QByteArray differs = difference(now, picture());
        QVERIFY2(differs.isEmpty(), differs);
    }
}

void TestThemeChange::everyPageIsAsQtsOwnWayMakesIt_data()
{
    QTest::addColumn<bool>("atOnce");
    QTest::newRow("shown at once") << true;
    QTest::newRow("shown later") << false;
}

void TestThemeChange::everyPageIsAsQtsOwnWayMakesIt()
{
    QFETCH(const bool, atOnce);
    m_bench->runTo(SessionState::Finished);
    const std::vector<QImage> before = pictures();
    window().setTheme(other());
    QVERIFY(!oldColours().isEmpty()); // of the hidden pages: otherwise there is nothing to see here
    if (!atOnce)
        QTRY_COMPARE_WITH_TIMEOUT(oldColours(), QString(), patience);
    const std::vector<QImage> now = pictures();
    qApp->setStyleSheet(qApp->styleSheet());
    const std::vector<QImage> expected = pictures();
    for (std::size_t i = 0; i < pages.size(); ++i) {
        QVERIFY(now[i] != before[i]);
        const QByteArray differs = difference(now[i], expected[i]);
        QVERIFY2(differs.isEmpty(), "page " + QByteArray::number(static_cast<int>(i) + 1) + ": " + differs);
    }
}

/// Those in sight, those that were closed, those that are made later; menus are windows, too.
void TestThemeChange::windowsFollow()
{
    m_bench->scene->writesFiles = true;
    m_bench->runTo(SessionState::Finished);
    window().showExport();
    QWidget& exports = *window().exportWindow();
    QTRY_VERIFY_WITH_TIMEOUT(exports.isVisible(), patience);
    const auto groundOf = [](QWidget& widget) { return widget.grab().toImage().pixelColor(2, 2).name(); };
    window().setTheme(other());
    QCOMPARE(groundOf(exports), Theme::current().panel.name());
    exports.close();
    QVERIFY(costOfSwitch(window(), other()) < 1e9);
    window().showExport();
    QCOMPARE(groundOf(exports), Theme::current().panel.name());
    QMenu menu;
    menu.addAction("one");
    menu.popup({});
    menu.close();
    exports.close();
    window().setTheme(other());
    menu.popup({});
    QCOMPARE(groundOf(menu), Theme::current().raised.name());
    menu.close();
    window().showExport(); // before its turn has come
    QCOMPARE(groundOf(exports), Theme::current().panel.name());
    QDialog later;
    later.resize(200, 100);
    later.show();
    QCOMPARE(groundOf(later), Theme::current().window.name());
}

/// Qt's polishing brings back the font with which a widget was shown first.
void TestThemeChange::fontsStay()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    QWidget panel;
    auto* column = new QVBoxLayout(&panel);
    std::array<QLabel*, 2> labels {new QLabel("in sight"), new QLabel("hidden")};
    for (QLabel* label : labels)
        column->addWidget(label);
    panel.show();
    QFont large = panel.font();
    large.setPixelSize(31);
    for (QLabel* label : labels)
        label->setFont(large);
    labels[1]->hide();
    applyTheme(*qApp, ThemeChoice::Light);
    for (const bool shown : {false, true}) {
        labels[1]->setVisible(shown);
        for (const QLabel* label : labels)
            QCOMPARE(label->font().pixelSize(), 31);
        QCOMPARE(labels[0]->palette().color(QPalette::WindowText).name(), Theme::lightTheme().text.name());
    }
    QCOMPARE(labels[1]->palette().color(QPalette::WindowText).name(), Theme::lightTheme().text.name());
}

void TestThemeChange::whatIsDeletedMeanwhileIsNoHarm()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    QWidget panel;
    auto* column = new QVBoxLayout(&panel);
    for (int i = 0; i < 200; ++i) {
        auto* label = new QLabel(QString::number(i));
        label->setProperty("tone", "second");
        column->addWidget(label);
    }
    panel.show();
    panel.hide();
    applyTheme(*qApp, ThemeChoice::Light);
    QVERIFY(!oldColours().isEmpty());
    const QList<QLabel*> labels = panel.findChildren<QLabel*>();
    for (int i = 0; i < 200; i += 2)
        delete labels[i];
    QTRY_COMPARE_WITH_TIMEOUT(oldColours(), QString(), patience);
    applyTheme(*qApp, ThemeChoice::Dark); // and again, before the turns of the last one are over
    applyTheme(*qApp, ThemeChoice::Light);
    panel.show();
    QCOMPARE(oldColours(), QString());
}

QTEST_MAIN(TestThemeChange)
#include "tst_themechange.moc"

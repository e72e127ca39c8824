// SPDX-License-Identifier: GPL-3.0-or-later
// A button that shows an icon alone says what it does: to who rests on it, and to a screen reader.
#include "tests/ui/StudioBench.h"
#include "ui/ExportWindow.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QAction>
#include <QLineEdit>
#include <QTest>
#include <QToolButton>

#include <algorithm>

using namespace spectune;

namespace {

/// What of the button's text can be read on it.
QString shownText(const QAbstractButton& button)
{
    const auto* tool = qobject_cast<const QToolButton*>(&button);
    const bool iconOnly = tool && tool->toolButtonStyle() == Qt::ToolButtonIconOnly && !tool->icon().isNull();
    return iconOnly ? QString() : button.text();
}

/// An icon, or a sign in its place, and no word.
bool showsIconAlone(const QAbstractButton& button)
{
    const QString text = shownText(button);
    const bool words = std::ranges::any_of(text, [](QChar letter) { return letter.isLetterOrNumber(); });
    return !words && (!button.icon().isNull() || !text.isEmpty());
}

QString placeOf(const QWidget& button)
{
    QString place;
    for (const QWidget* widget = &button; widget; widget = widget->parentWidget())
        place.prepend(
            QStringLiteral(" / %1 %2").arg(QLatin1String(widget->metaObject()->className()), widget->objectName()));
    return place;
}

} // namespace

class TestIconButtons : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void allAreNamed();
    void oneWithoutANameIsFound();
    void theClearButtonIsNamedAmongOthers();

private:
    /// Buttons below @p window that show an icon alone; those without tool tip or spoken name a line each in
    /// @p nameless.
    static int look(const QWidget& window, QStringList& nameless);
};

int TestIconButtons::look(const QWidget& window, QStringList& nameless)
{
    int found = 0;
    for (QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
        // Qt's own, of what a menu bar has no room for, or one that the state leaves out.
        const bool absent = button->objectName().startsWith(QLatin1String("qt_")) || button->isHidden();
        if (absent || !showsIconAlone(*button))
            continue;
        ++found;
        const QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(button);
        if (button->toolTip().isEmpty() || !spoken || spoken->text(QAccessible::Name).trimmed().isEmpty())
            nameless << placeOf(*button);
    }
    return found;
}

void TestIconButtons::allAreNamed()
{
    m_bench->runTo(SessionState::Finished);
    window().showExport();
    QVERIFY(window().exportWindow());
    int found = 0;
    for (const Workspace place :
        {Workspace::Setup, Workspace::Live, Workspace::Try, Workspace::Runs, Workspace::Learn}) {
        window().showWorkspace(place);
        QCoreApplication::processEvents();
        QStringList nameless;
        found = look(window(), nameless); // of this page and those before it
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
    }
    QVERIFY2(found >= 10, qPrintable(QString::number(found)));
}

void TestIconButtons::oneWithoutANameIsFound()
{
    QWidget page;
    auto* button = new QToolButton(&page);
    page.show();
    QPixmap icon(12, 12);
    icon.fill(Qt::black);
    button->setIcon(icon);
    QStringList nameless;
    QCOMPARE(look(page, nameless), 1);
    QCOMPARE(nameless.size(), 1);
    button->setToolTip("Save");
    button->setAccessibleName("Save");
    nameless.clear();
    QCOMPARE(look(page, nameless), 1);
    QVERIFY(nameless.isEmpty());
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setText("Save");
    QCOMPARE(look(page, nameless), 0); // it says so itself
}

void TestIconButtons::theClearButtonIsNamedAmongOthers()
{
    QLineEdit line;
    QAction* first = line.addAction(QIcon(), QLineEdit::LeadingPosition);
    first->setText("Search");
    addClearButton(line);
    QCOMPARE(first->text(), "Search");
    const auto actions = line.findChildren<QAction*>();
    QCOMPARE(std::ranges::count(actions, QStringLiteral("Clear"), &QAction::text), 1);
}

QTEST_MAIN(TestIconButtons)
#include "tst_iconbuttons.moc"

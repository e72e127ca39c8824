// SPDX-License-Identifier: GPL-3.0-or-later
// A button or choice that cannot be taken looks so in both themes, and can still be read.
#include "ui/Segmented.h"
#include "ui/StudioStyle.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QComboBox>
#include <QImage>
#include <QPushButton>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <vector>

using namespace spectune;

namespace {

/// What @p part of @p widget is painted with, enlarged so that letters have their whole colour, without its frame.
struct Ink {
    QColor ground;
    double contrast = 1.0; ///< of the strongest pixel
};

Ink inkOf(QWidget& widget, const QRect& part)
{
    constexpr int scale = 6;
    QImage image(widget.size() * scale, QImage::Format_RGB32);
    image.setDevicePixelRatio(scale);
    image.fill(Theme::current().panel);
    widget.render(&image);
    const QRect inner = part.adjusted(4, 4, -4, -4);
    Ink ink {image.pixelColor(inner.topLeft() * scale)};
    for (int y = inner.top() * scale; y < inner.bottom() * scale; ++y)
        for (int x = inner.left() * scale; x < inner.right() * scale; ++x)
            ink.contrast = std::max(ink.contrast, Theme::contrast(image.pixelColor(x, y), ink.ground));
    return ink;
}

} // namespace

class TestDisabledLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsOffLooksOff_data();
    void whatIsOffLooksOff();
};

void TestDisabledLook::whatIsOffLooksOff_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::newRow("dark") << ThemeChoice::Dark;
    QTest::newRow("light") << ThemeChoice::Light;
}

/// Under half a live label's contrast, and 3 : 1 at least; which one is chosen can still be seen.
void TestDisabledLook::whatIsOffLooksOff()
{
    QFETCH(const ThemeChoice, theme);
    applyTheme(*qApp, theme);
    QWidget panel;
    panel.setObjectName("Panel");
    auto* column = new QVBoxLayout(&panel);
    auto* row = new Segmented({"one", "two", "three"});
    auto* button = new QPushButton("Suggest");
    column->addWidget(row);
    column->addWidget(button);
    auto* list = new QComboBox; // of its arrow
    list->addItem("one");
    column->addWidget(list);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    row->setCurrent(0);
    const auto inks = [&] {
        std::vector<Ink> found;
        const auto choices = row->findChildren<QToolButton*>();
        for (const int i : {0, 1})
            found.push_back(inkOf(*row, choices.at(i)->geometry()));
        found.push_back(inkOf(panel, button->geometry()));
        const QRect place = list->geometry();
        found.push_back(inkOf(panel, place.adjusted(place.width() - 22, 0, 0, 0)));
        return found;
    };
    const std::vector<Ink> live = inks();
    row->setChoiceEnabled(0, false);
    row->setChoiceEnabled(1, false);
    button->setEnabled(false);
    list->setEnabled(false);
    const std::vector<Ink> off = inks();
    for (std::size_t i = 0; i < live.size(); ++i)
        QVERIFY2(off[i].contrast >= 3.0 && off[i].contrast <= live[i].contrast / 2.0,
            qPrintable(QStringLiteral("%1: %2 of %3").arg(i).arg(off[i].contrast).arg(live[i].contrast)));
    QVERIFY(off[0].ground != off[1].ground);
    QVERIFY(off[0].ground != live[0].ground);
}

QTEST_MAIN(TestDisabledLook)
#include "tst_disabledlook.moc"

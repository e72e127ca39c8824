// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StudioStyle.h"

#include "ui/RowGround.h"
#include "ui/StyleSheetChange.h"
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QFile>
#include <QPalette>
#include <QProxyStyle>
#include <QStyle>
#include <QStyleFactory>
#include <QToolTip>

#include <array>
#include <utility>

namespace spectune {

namespace {

std::optional<bool>& desktopMotionIsReduced()
{
    static std::optional<bool> reduced;
    return reduced;
}

/// Fusion without underlined letters in the menus, which Alt still opens, and without animations where the desktop
/// wants none.
class StudioProxy : public QProxyStyle {
public:
    StudioProxy()
        : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
    {
        setObjectName(QStringLiteral("studio"));
    }

    int styleHint(
        StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const override
    {
        const bool calm = hint == SH_Widget_Animation_Duration && desktopMotionIsReduced().value_or(false);
        return hint == SH_UnderlineShortcut || calm ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
    }
};

bool paletteIsDark()
{
    return QApplication::palette().color(QPalette::Window).lightness() < 128;
}

// Before the first applyTheme() the application's palette is still the desktop's.
bool& desktopPaletteIsDark()
{
    static bool dark = paletteIsDark();
    return dark;
}

std::optional<bool>& desktopSchemeIsDark()
{
    static std::optional<bool> dark;
    return dark;
}

QPalette paletteFrom(const Theme& theme)
{
    QPalette palette;
    palette.setColor(QPalette::Window, theme.panel);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.dark ? theme.sunken : theme.raised);
    palette.setColor(QPalette::AlternateBase, theme.raised);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::Button, theme.raised);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.error);
    palette.setColor(QPalette::ToolTipBase, theme.raised);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.text3);
    palette.setColor(QPalette::Highlight, theme.focus);
    palette.setColor(QPalette::HighlightedText, theme.panel);
    palette.setColor(QPalette::Link, theme.focus);
    palette.setColor(QPalette::LinkVisited, theme.focus);
    palette.setColor(QPalette::Light, theme.raised);
    palette.setColor(QPalette::Midlight, theme.line);
    palette.setColor(QPalette::Mid, theme.line);
    palette.setColor(QPalette::Dark, theme.lineStrong);
    palette.setColor(QPalette::Shadow, theme.lineStrong);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.text3);
    return palette;
}

QString styleSheet(const Theme& theme)
{
    QFile file(QStringLiteral(":/themes/studio.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const QColor field = theme.dark ? theme.sunken : theme.raised;
    // Buttons of the light theme lie on a panel that is nearly as bright: their edge is darker than a separator.
    const QColor buttonLine = theme.dark ? theme.line : QColor(0xb4, 0xbb, 0xc4);
    const QString suffix = theme.dark ? QStringLiteral("dark") : QStringLiteral("light");
    // Longer names first: @text would otherwise match inside @text2.
    const std::array<std::pair<const char*, QString>, 27> tokens {{
        {"@downArrow", QStringLiteral(":/themes/arrow-%1.svg").arg(suffix)},
        {"@offArrow", QStringLiteral(":/themes/arrow-off-%1.svg").arg(suffix)},
        {"@checkMark", QStringLiteral(":/themes/check-%1.svg").arg(suffix)},
        {"@buttonLine", buttonLine.name()},
        {"@disabled",
            theme.lineStrong.name()}, // of a button: at least 3 : 1 on every ground, under half a live label's
        {"@lineStrong", theme.lineStrong.name()},
        {"@fieldLine", theme.fieldLine.name()},
        {"@onPrimary", theme.onPrimary.name()},
        {"@errorFill", theme.errorFill.name()},
        {"@warnFill", theme.warnFill.name()},
        {"@chosen", chosenGround(theme).name()},
        {"@primary", theme.primary.name()},
        {"@window", theme.window.name()},
        {"@raised", theme.raised.name()},
        {"@sunken", theme.sunken.name()},
        {"@panel", theme.panel.name()},
        {"@focus", theme.focus.name()},
        {"@field", field.name()},
        {"@error", theme.error.name()},
        {"@text2", theme.text2.name()},
        {"@text3", theme.text3.name()},
        {"@text", theme.text.name()},
        {"@line", theme.line.name()},
        {"@warn", theme.warn.name()},
        {"@ok", theme.ok.name()},
        {"@loss", theme.loss.name()},
        {"@revive", theme.revive.name()},
    }};
    for (const auto& [name, value] : tokens)
        sheet.replace(QLatin1String(name), value);
    return sheet;
}

} // namespace

QString toString(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::Light: return QStringLiteral("light");
    case ThemeChoice::Dark: return QStringLiteral("dark");
    case ThemeChoice::System: break;
    }
    return QStringLiteral("system");
}

ThemeChoice themeFromName(const QString& name)
{
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    return name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void setDesktopScheme(std::optional<bool> dark)
{
    desktopSchemeIsDark() = dark;
}

void setDesktopMotion(std::optional<bool> reduced)
{
    desktopMotionIsReduced() = reduced;
}

bool systemPrefersDark()
{
    const QString gtk = qEnvironmentVariable("GTK_THEME");
    if (!gtk.isEmpty())
        return gtk.endsWith(QLatin1String("dark"), Qt::CaseInsensitive);
    return desktopSchemeIsDark().value_or(desktopPaletteIsDark());
}

bool desktopTurned()
{
    const QPalette own = QApplication::palette();
    QApplication::setPalette(QPalette()); // ours hides the desktop's; without one Qt shows it again
    desktopPaletteIsDark() = paletteIsDark();
    QApplication::setPalette(own);
    return systemPrefersDark() != Theme::current().dark;
}

void applyTheme(QApplication& application, ThemeChoice choice)
{
    desktopPaletteIsDark(); // remembers the desktop's palette before ours replaces it
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemPrefersDark());
    Theme::setCurrent(dark);
    const Theme& theme = Theme::current();
    static bool styled = false;
    if (!std::exchange(styled, true))
        QApplication::setStyle(new StudioProxy);
    const QPalette palette = paletteFrom(theme);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    QApplication::setFont(Fonts::body());
    changeStyleSheet(application, styleSheet(theme));
}

StyleSheetPause::StyleSheetPause()
{
    if (!QApplication::allWidgets().isEmpty())
        return;
    m_sheet = qApp->styleSheet();
    qApp->setStyleSheet({});
}

StyleSheetPause::~StyleSheetPause()
{
    if (!m_sheet.isEmpty())
        qApp->setStyleSheet(m_sheet);
}

} // namespace spectune

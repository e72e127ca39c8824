// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/DesktopWishes.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFileInfo>

#include <algorithm>
#include <span>
#include <utility>

namespace spectune {

namespace {

const auto service = QStringLiteral("org.freedesktop.portal.Desktop");
const auto path = QStringLiteral("/org/freedesktop/portal/desktop");
const auto interface = QStringLiteral("org.freedesktop.portal.Settings");

/// 0 no preference, 1 dark, 2 light.
std::optional<bool> isDark(const QVariant& value)
{
    switch (value.toUInt()) {
    case 1: return true;
    case 2: return false;
    default: return std::nullopt;
    }
}

/// 0 no preference, 1 reduced.
std::optional<bool> isReduced(const QVariant& value)
{
    return value.toUInt() == 1 ? std::optional(true) : std::nullopt;
}

std::optional<bool> isWithoutAnimations(const QVariant& enabled)
{
    return enabled.typeId() == QMetaType::Bool ? std::optional(!enabled.toBool()) : std::nullopt;
}

/// KDE keeps a factor on the length of all animations, as a text or as a number; 0 is "instant".
std::optional<bool> isInstant(const QVariant& factor)
{
    bool readable = false;
    const double number = factor.toDouble(&readable);
    return readable ? std::optional(number <= 0.0) : std::nullopt;
}

struct Setting {
    QString group;
    QString key;
    std::optional<bool> (*wishIn)(const QVariant& value);
};

constexpr std::size_t scheme = 0; ///< all others are of motion
const std::array<Setting, 4> settings {{
    {QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"), isDark},
    {QStringLiteral("org.freedesktop.appearance"), QStringLiteral("reduced-motion"), isReduced},
    {QStringLiteral("org.gnome.desktop.interface"), QStringLiteral("enable-animations"), isWithoutAnimations},
    {QStringLiteral("org.kde.kdeglobals.KDE"), QStringLiteral("AnimationDurationFactor"), isInstant},
}};

/// The portal's Read wraps the value in a second variant.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value;
}

} // namespace

bool DesktopWishes::hasSessionBus()
{
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS")
        || QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

void DesktopWishes::followSession()
{
    if (hasSessionBus())
        follow(QDBusConnection::sessionBus());
}

void DesktopWishes::follow(QDBusConnection bus)
{
    // From any sender: to name one would make Qt wait for the bus to say who it is.
    bus.connect(QString(), path, interface, QStringLiteral("SettingChanged"), this, SLOT(takeChange(QDBusMessage)));
    for (std::size_t setting = 0; setting < settings.size(); ++setting)
        ask(bus, setting);
}

void DesktopWishes::ask(QDBusConnection& bus, std::size_t setting)
{
    QDBusMessage question = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    question << settings[setting].group << settings[setting].key;
    connect(new QDBusPendingCallWatcher(bus.asyncCall(question), this), &QDBusPendingCallWatcher::finished, this,
        [this, setting](QDBusPendingCallWatcher* watcher) {
            const QDBusPendingReply<QDBusVariant> reply = *watcher;
            watcher->deleteLater();
            // An error: a portal that does not know the key, or none at all.
            take(setting,
                reply.isError() ? std::nullopt
                                : settings[setting].wishIn(unwrapped(QVariant::fromValue(reply.value()))));
        });
}

void DesktopWishes::takeChange(const QDBusMessage& change)
{
    const QVariantList values = change.arguments(); // the group, the key, and its value
    if (values.size() != 3)
        return;
    const auto* const changed = std::ranges::find_if(
        settings, [&values](const Setting& setting) { return values[0] == setting.group && values[1] == setting.key; });
    if (changed != settings.end())
        take(static_cast<std::size_t>(changed - settings.begin()), changed->wishIn(unwrapped(values[2])));
}

void DesktopWishes::take(std::size_t setting, std::optional<bool> wish)
{
    m_wishes[setting] = wish;
    if (setting == scheme) {
        Q_EMIT schemeTold(wish);
        return;
    }
    // The keys of a desktop that is not the running one may be there with their defaults: one that asks outweighs them.
    std::optional<bool> reduced;
    for (const auto& one : std::span(m_wishes).subspan(scheme + 1))
        if (one)
            reduced = reduced.value_or(false) || *one;
    if (std::exchange(m_reduced, reduced) != reduced)
        Q_EMIT motionTold(reduced);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/DesktopScheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFileInfo>

namespace spectune {

namespace {

const auto service = QStringLiteral("org.freedesktop.portal.Desktop");
const auto path = QStringLiteral("/org/freedesktop/portal/desktop");
const auto interface = QStringLiteral("org.freedesktop.portal.Settings");
const auto appearance = QStringLiteral("org.freedesktop.appearance");
const auto colourScheme = QStringLiteral("color-scheme");

/// The portal's numbers: 0 no preference, 1 dark, 2 light. Its Read wraps the value in a second variant.
std::optional<bool> wishIn(QVariant value)
{
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    switch (value.toUInt()) {
    case 1: return true;
    case 2: return false;
    default: return std::nullopt;
    }
}

} // namespace

bool DesktopScheme::hasSessionBus()
{
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS")
        || QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

void DesktopScheme::followSession()
{
    if (hasSessionBus())
        follow(QDBusConnection::sessionBus());
}

void DesktopScheme::follow(QDBusConnection bus)
{
    // From any sender: to name one would make Qt wait for the bus to say who it is.
    bus.connect(QString(), path, interface, QStringLiteral("SettingChanged"), this, SLOT(takeChange(QDBusMessage)));
    QDBusMessage question = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    question << appearance << colourScheme;
    connect(new QDBusPendingCallWatcher(bus.asyncCall(question), this), &QDBusPendingCallWatcher::finished, this,
        &DesktopScheme::takeAnswer);
}

void DesktopScheme::takeAnswer(QDBusPendingCallWatcher* watcher)
{
    const QDBusPendingReply<QDBusVariant> reply = *watcher;
    watcher->deleteLater();
    Q_EMIT told(reply.isError() ? std::nullopt : wishIn(QVariant::fromValue(reply.value())));
}

void DesktopScheme::takeChange(const QDBusMessage& change)
{
    const QVariantList values = change.arguments(); // the group, the key, and its value
    if (values.size() == 3 && values[0] == appearance && values[1] == colourScheme)
        Q_EMIT told(wishIn(values[2]));
}

} // namespace spectune

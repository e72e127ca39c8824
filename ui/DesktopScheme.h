// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <optional>

class QDBusConnection;
class QDBusMessage;
class QDBusPendingCallWatcher;

namespace spectune {

/// Whether the desktop wants dark windows, by its settings portal (org.freedesktop.appearance, color-scheme): how
/// GNOME, KDE and others tell programs since 2021. Qt asks it from 6.5 on only. GUI thread. Nothing here waits: a
/// question whose answer does not come changes nothing.
class DesktopScheme : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Asks, and listens to changes from then on; where there is no bus of the session, nothing is told.
    void followSession();
    /// The same on another bus.
    void follow(QDBusConnection bus);
    /// Whether there seems to be a bus of the session. Without one, Qt would start a program that makes one.
    [[nodiscard]] static bool hasSessionBus();

Q_SIGNALS:
    /// @param dark empty: the desktop has no wish, or no portal
    void told(std::optional<bool> dark);

private Q_SLOTS:
    // By name: D-Bus signals know no other way. As a message: Qt 6.4 connects no slot with a D-Bus variant before the
    // first of them has arrived.
    void takeChange(const QDBusMessage& change);

private:
    void takeAnswer(QDBusPendingCallWatcher* watcher);
};

} // namespace spectune

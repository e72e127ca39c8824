// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <array>
#include <optional>

class QDBusConnection;
class QDBusMessage;
class QVariant;

namespace spectune {

/// What the desktop wishes of programs, by its settings portal: dark windows (org.freedesktop.appearance, color-scheme:
/// how GNOME, KDE and others tell it since 2021), and reduced motion (the same group's reduced-motion, and the older
/// keys of GNOME and KDE). Qt asks for the first from 6.5 on only, and for the second not at all. GUI thread. Nothing
/// here waits: a question whose answer does not come changes nothing.
class DesktopWishes : public QObject {
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
    void schemeTold(std::optional<bool> dark);
    /// Told when the wish has changed; until then there is none.
    /// @param reduced whether any of the desktop's keys asks for it; empty: none says anything
    void motionTold(std::optional<bool> reduced);

private Q_SLOTS:
    // By name: D-Bus signals know no other way. As a message: Qt 6.4 connects no slot with a D-Bus variant before the
    // first of them has arrived.
    void takeChange(const QDBusMessage& change);

private:
    void ask(QDBusConnection& bus, std::size_t setting);
    void take(std::size_t setting, std::optional<bool> wish);

    std::array<std::optional<bool>, 4> m_wishes; ///< by setting, as in the file's table
    std::optional<bool> m_reduced; ///< as it was told last
};

} // namespace spectune

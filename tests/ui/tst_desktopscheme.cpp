// SPDX-License-Identifier: GPL-3.0-or-later
// What the desktop's settings portal says about light and dark, on a bus of the test's own.
#include "ui/DesktopScheme.h"
#include "ui/StudioStyle.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QProcess>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace spectune;

Q_DECLARE_METATYPE(std::optional<bool>)

namespace {

constexpr int patience = 20'000; // ms
const auto portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto portalInterface = QStringLiteral("org.freedesktop.portal.Settings");

} // namespace

/// The one method and the one signal that count.
class FakePortal : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
public:
    uint scheme = 0;

public Q_SLOTS:
    Q_SCRIPTABLE QDBusVariant Read(
        const QString& group, const QString& key) const // NOLINT(readability-identifier-naming)
    {
        const bool known = group == QLatin1String("org.freedesktop.appearance") && key == QLatin1String("color-scheme");
        return QDBusVariant(QVariant::fromValue(QDBusVariant(known ? scheme : 77U)));
    }
};

class TestDesktopScheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void asksAndListens_data();
    void asksAndListens();
    void otherSettingsAreNoNews();
    void withoutAPortalThereIsNoWish();
    void theWishIsTheSystemsTheme();

private:
    void tell(const QString& group, const QString& key, uint value);
    void openPortal();

    QProcess m_daemon;
    QString m_address;
    FakePortal m_portal;
    std::optional<QDBusConnection> m_desktop; ///< the portal's
    std::optional<QDBusConnection> m_bus; ///< the studio's
};

void TestDesktopScheme::initTestCase()
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("dbus-daemon"));
    if (program.isEmpty())
        QSKIP("dbus-daemon is not installed");
    m_daemon.start(
        program, {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
    QVERIFY(m_daemon.waitForStarted(patience));
    QTRY_VERIFY_WITH_TIMEOUT(m_daemon.canReadLine(), patience);
    m_address = QString::fromUtf8(m_daemon.readLine()).trimmed();
    m_desktop = QDBusConnection::connectToBus(m_address, QStringLiteral("desktop"));
    m_bus = QDBusConnection::connectToBus(m_address, QStringLiteral("studio"));
    QVERIFY(m_desktop->isConnected() && m_bus->isConnected());
    QVERIFY(m_desktop->registerObject(portalPath, &m_portal, QDBusConnection::ExportScriptableSlots));
}

void TestDesktopScheme::cleanupTestCase()
{
    QDBusConnection::disconnectFromBus(QStringLiteral("desktop"));
    QDBusConnection::disconnectFromBus(QStringLiteral("studio"));
    m_daemon.terminate();
    m_daemon.waitForFinished(patience);
}

void TestDesktopScheme::tell(const QString& group, const QString& key, uint value)
{
    QDBusMessage signal = QDBusMessage::createSignal(portalPath, portalInterface, QStringLiteral("SettingChanged"));
    signal << group << key << QVariant::fromValue(QDBusVariant(value));
    QVERIFY(m_desktop->send(signal));
}

void TestDesktopScheme::openPortal()
{
    QVERIFY(m_desktop->registerService(QStringLiteral("org.freedesktop.portal.Desktop")));
}

void TestDesktopScheme::asksAndListens_data()
{
    QTest::addColumn<uint>("number");
    QTest::addColumn<std::optional<bool>>("dark");
    QTest::newRow("no preference") << 0U << std::optional<bool>();
    QTest::newRow("dark") << 1U << std::optional<bool>(true);
    QTest::newRow("light") << 2U << std::optional<bool>(false);
    QTest::newRow("a number of the future") << 3U << std::optional<bool>();
}

void TestDesktopScheme::asksAndListens()
{
    QFETCH(const uint, number);
    QFETCH(const std::optional<bool>, dark);
    openPortal();
    m_portal.scheme = number;
    DesktopScheme scheme;
    QSignalSpy told(&scheme, &DesktopScheme::told);
    scheme.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.takeFirst().first().value<std::optional<bool>>(), dark);
    tell(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"), 1U);
    tell(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"), number);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience);
    QCOMPARE(told.first().first().value<std::optional<bool>>(), std::optional<bool>(true));
    QCOMPARE(told.last().first().value<std::optional<bool>>(), dark);
}

void TestDesktopScheme::otherSettingsAreNoNews()
{
    openPortal();
    m_portal.scheme = 2;
    DesktopScheme scheme;
    QSignalSpy told(&scheme, &DesktopScheme::told);
    scheme.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    tell(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("contrast"), 1U);
    tell(QStringLiteral("org.gnome.desktop.interface"), QStringLiteral("color-scheme"), 1U);
    tell(QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme"), 2U);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience); // signals of one sender come in their order
    QCOMPARE(told.last().first().value<std::optional<bool>>(), std::optional<bool>(false));
}

void TestDesktopScheme::withoutAPortalThereIsNoWish()
{
    QVERIFY(m_desktop->unregisterService(QStringLiteral("org.freedesktop.portal.Desktop")));
    DesktopScheme scheme;
    QSignalSpy told(&scheme, &DesktopScheme::told);
    scheme.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.first().first().value<std::optional<bool>>(), std::optional<bool>());
}

void TestDesktopScheme::theWishIsTheSystemsTheme()
{
    const QByteArray before = qgetenv("GTK_THEME");
    const auto restore = qScopeGuard([&before] {
        before.isEmpty() ? qunsetenv("GTK_THEME") : qputenv("GTK_THEME", before);
        setDesktopScheme({});
    });
    qunsetenv("GTK_THEME");
    const bool byPalette = systemPrefersDark();
    setDesktopScheme(true);
    QVERIFY(systemPrefersDark());
    qputenv("GTK_THEME", "Adwaita");
    QVERIFY(!systemPrefersDark()); // said for this program alone
    qunsetenv("GTK_THEME");
    setDesktopScheme(false);
    QVERIFY(!systemPrefersDark());
    setDesktopScheme({});
    QCOMPARE(systemPrefersDark(), byPalette);
}

QTEST_MAIN(TestDesktopScheme)
#include "tst_desktopscheme.moc"

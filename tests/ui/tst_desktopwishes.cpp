// SPDX-License-Identifier: GPL-3.0-or-later
// What the desktop's settings portal says about light and dark and about motion, on a bus of the test's own.
#include "ui/DesktopWishes.h"
#include "ui/StudioStyle.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QMap>
#include <QProcess>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QStyle>
#include <QTest>

using namespace spectune;

Q_DECLARE_METATYPE(std::optional<bool>)

namespace {

constexpr int patience = 20'000; // ms
const auto portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto portalInterface = QStringLiteral("org.freedesktop.portal.Settings");

const auto appearance = QStringLiteral("org.freedesktop.appearance");
const auto gnome = QStringLiteral("org.gnome.desktop.interface");
const auto kde = QStringLiteral("org.kde.kdeglobals.KDE");

QString joined(const QString& group, const QString& key)
{
    return group + QLatin1Char('/') + key;
}

const QString colours = joined(appearance, QStringLiteral("color-scheme"));
const QString reducedMotion = joined(appearance, QStringLiteral("reduced-motion"));
const QString animations = joined(gnome, QStringLiteral("enable-animations"));

} // namespace

/// The one method and the one signal that count.
class FakePortal : public QObject, protected QDBusContext {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
public:
    QMap<QString, QVariant> values; ///< by group and key

public Q_SLOTS:
    Q_SCRIPTABLE QDBusVariant Read(
        const QString& group, const QString& key) const // NOLINT(readability-identifier-naming)
    {
        const auto found = values.constFind(joined(group, key));
        if (found == values.constEnd()) {
            sendErrorReply(QStringLiteral("org.freedesktop.portal.Error.NotFound"), QStringLiteral("no such key"));
            return {};
        }
        return QDBusVariant(QVariant::fromValue(QDBusVariant(*found)));
    }
};

class TestDesktopWishes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init() { m_portal.values.clear(); }
    void asksAndListens_data();
    void asksAndListens();
    void otherSettingsAreNoNews();
    void withoutAPortalThereIsNoWish();
    void motionIsAskedAndHeard_data();
    void motionIsAskedAndHeard();
    void oneKeyThatAsksIsEnough();
    void theWishIsTheSystemsTheme();
    void theWishIsTheStylesMotion();

private:
    void tell(const QString& setting, const QVariant& value);
    void openPortal();

    QProcess m_daemon;
    QString m_address;
    FakePortal m_portal;
    std::optional<QDBusConnection> m_desktop; ///< the portal's
    std::optional<QDBusConnection> m_bus; ///< the studio's
};

void TestDesktopWishes::initTestCase()
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

void TestDesktopWishes::cleanupTestCase()
{
    QDBusConnection::disconnectFromBus(QStringLiteral("desktop"));
    QDBusConnection::disconnectFromBus(QStringLiteral("studio"));
    m_daemon.terminate();
    m_daemon.waitForFinished(patience);
}

void TestDesktopWishes::tell(const QString& setting, const QVariant& value)
{
    QDBusMessage signal = QDBusMessage::createSignal(portalPath, portalInterface, QStringLiteral("SettingChanged"));
    signal << setting.section(QLatin1Char('/'), 0, 0) << setting.section(QLatin1Char('/'), 1)
           << QVariant::fromValue(QDBusVariant(value));
    QVERIFY(m_desktop->send(signal));
}

void TestDesktopWishes::openPortal()
{
    QVERIFY(m_desktop->registerService(QStringLiteral("org.freedesktop.portal.Desktop")));
}

void TestDesktopWishes::asksAndListens_data()
{
    QTest::addColumn<uint>("number");
    QTest::addColumn<std::optional<bool>>("dark");
    QTest::newRow("no preference") << 0U << std::optional<bool>();
    QTest::newRow("dark") << 1U << std::optional<bool>(true);
    QTest::newRow("light") << 2U << std::optional<bool>(false);
    QTest::newRow("a number of the future") << 3U << std::optional<bool>();
}

void TestDesktopWishes::asksAndListens()
{
    QFETCH(const uint, number);
    QFETCH(const std::optional<bool>, dark);
    openPortal();
    m_portal.values[colours] = number;
    DesktopWishes wishes;
    QSignalSpy told(&wishes, &DesktopWishes::schemeTold);
    wishes.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.takeFirst().first().value<std::optional<bool>>(), dark);
    tell(colours, 1U);
    tell(colours, number);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience);
    QCOMPARE(told.first().first().value<std::optional<bool>>(), std::optional<bool>(true));
    QCOMPARE(told.last().first().value<std::optional<bool>>(), dark);
}

void TestDesktopWishes::otherSettingsAreNoNews()
{
    openPortal();
    m_portal.values[colours] = 2U;
    DesktopWishes wishes;
    QSignalSpy told(&wishes, &DesktopWishes::schemeTold);
    wishes.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    tell(joined(appearance, QStringLiteral("contrast")), 1U);
    tell(joined(gnome, QStringLiteral("color-scheme")), 1U);
    tell(colours, 2U);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience); // signals of one sender come in their order
    QCOMPARE(told.last().first().value<std::optional<bool>>(), std::optional<bool>(false));
}

void TestDesktopWishes::withoutAPortalThereIsNoWish()
{
    QVERIFY(m_desktop->unregisterService(QStringLiteral("org.freedesktop.portal.Desktop")));
    DesktopWishes wishes;
    QSignalSpy told(&wishes, &DesktopWishes::schemeTold);
    QSignalSpy motion(&wishes, &DesktopWishes::motionTold);
    wishes.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.first().first().value<std::optional<bool>>(), std::optional<bool>());
    QVERIFY(motion.isEmpty());
}

void TestDesktopWishes::motionIsAskedAndHeard_data()
{
    QTest::addColumn<QString>("setting");
    QTest::addColumn<QVariant>("still");
    QTest::addColumn<QVariant>("moving");
    QTest::addColumn<std::optional<bool>>("after");
    const std::optional<bool> moves(false);
    const QString factor = joined(kde, QStringLiteral("AnimationDurationFactor"));
    QTest::newRow("GNOME") << animations << QVariant(false) << QVariant(true) << moves;
    QTest::newRow("KDE, a text") << factor << QVariant(QStringLiteral("0")) << QVariant(QStringLiteral("0.5")) << moves;
    QTest::newRow("KDE, a number") << factor << QVariant(0.0) << QVariant(1.0) << moves;
    QTest::newRow("of all desktops") << reducedMotion << QVariant(1U) << QVariant(0U) << std::optional<bool>();
}

void TestDesktopWishes::motionIsAskedAndHeard()
{
    QFETCH(const QString, setting);
    QFETCH(const QVariant, still);
    QFETCH(const QVariant, moving);
    QFETCH(const std::optional<bool>, after);
    openPortal();
    m_portal.values[setting] = still;
    DesktopWishes wishes;
    QSignalSpy told(&wishes, &DesktopWishes::motionTold);
    wishes.follow(*m_bus);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.takeFirst().first().value<std::optional<bool>>(), std::optional<bool>(true));
    tell(setting, moving);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.takeFirst().first().value<std::optional<bool>>(), after);
    tell(setting, still);
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(told.takeFirst().first().value<std::optional<bool>>(), std::optional<bool>(true));
}

void TestDesktopWishes::oneKeyThatAsksIsEnough()
{
    openPortal();
    m_portal.values[animations] = true;
    m_portal.values[reducedMotion] = 1U;
    DesktopWishes wishes;
    QSignalSpy told(&wishes, &DesktopWishes::motionTold);
    QSignalSpy scheme(&wishes, &DesktopWishes::schemeTold);
    wishes.follow(*m_bus);
    const auto last
        = [&told] { return told.isEmpty() ? std::nullopt : told.last().first().value<std::optional<bool>>(); };
    QTRY_COMPARE_WITH_TIMEOUT(last(), std::optional<bool>(true), patience);
    tell(animations, false); // both ask
    tell(reducedMotion, 0U); // GNOME's alone
    tell(colours, 1U); // signals of one sender come in their order
    QTRY_VERIFY_WITH_TIMEOUT(
        !scheme.isEmpty() && scheme.last().first().value<std::optional<bool>>() == std::optional<bool>(true), patience);
    QCOMPARE(last(), std::optional<bool>(true));
    tell(animations, true);
    QTRY_COMPARE_WITH_TIMEOUT(last(), std::optional<bool>(false), patience);
}

void TestDesktopWishes::theWishIsTheSystemsTheme()
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

void TestDesktopWishes::theWishIsTheStylesMotion()
{
    const auto restore = qScopeGuard([] { setDesktopMotion({}); });
    applyTheme(*qApp, ThemeChoice::Light);
    const auto duration = [] { return QApplication::style()->styleHint(QStyle::SH_Widget_Animation_Duration); };
    QVERIFY(duration() > 0);
    setDesktopMotion(true);
    QCOMPARE(duration(), 0);
    setDesktopMotion(false);
    QVERIFY(duration() > 0);
}

QTEST_MAIN(TestDesktopWishes)
#include "tst_desktopwishes.moc"

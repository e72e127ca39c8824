// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/StudioArguments.h"

#include <QCommandLineOption>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QImageWriter>
#include <QRegularExpression>

#include <algorithm>

namespace spectune {

namespace {

const QRegularExpression sizePattern(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$"));
const QRegularExpression devicePattern(QStringLiteral("^(cpu|cuda(:\\d+)?)$"));

constexpr int longestSide = 16384; ///< pixels; what windows, graphics drivers and picture files still hold

QString sizeText(QSize size)
{
    return QStringLiteral("%1x%2").arg(size.width()).arg(size.height());
}

// What speaks against a picture's file before hours of training are spent on it; empty: nothing.
QString problemOfPicture(const QString& file)
{
    const QFileInfo info(file);
    if (!QFileInfo(info.absolutePath()).isDir())
        return QStringLiteral("--screenshot: the folder of %1 does not exist.").arg(file);
    if (info.isDir())
        return QStringLiteral("--screenshot: %1 is a folder; a file's name such as studio.png is wanted.").arg(file);
    const QList<QByteArray> formats = QImageWriter::supportedImageFormats();
    if (formats.contains(info.suffix().toLower().toLatin1()))
        return {};
    return QStringLiteral("--screenshot: \"%1\" does not end in one of .%2.")
        .arg(file, QString::fromLatin1(formats.join(", .")));
}

// What the parser could not read; Qt's own sentences leave the dashes of an unknown option out.
QString problemOf(const QCommandLineParser& parser)
{
    const QStringList unknown = parser.unknownOptionNames();
    if (unknown.isEmpty())
        return parser.errorText();
    const QString& name = unknown.front();
    return QStringLiteral("There is no option %1%2.")
        .arg(name.size() == 1 ? QStringLiteral("-") : QStringLiteral("--"), name);
}

// Reads one option with a value into the arguments.
void readOption(StudioArguments& result, const QString& name, const QString& value)
{
    const auto refuse = [&](const QString& allowed) {
        result.error = QStringLiteral("%1: \"%2\" is not %3.").arg(name, value, allowed);
    };
    if (name == QLatin1String("--theme")) {
        result.theme = value;
        if (!QStringList {QStringLiteral("light"), QStringLiteral("dark"), QStringLiteral("system")}.contains(value))
            refuse(QStringLiteral("one of light, dark, system"));
    } else if (name == QLatin1String("--size")) {
        const auto match = sizePattern.match(value);
        const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
        if (match.hasMatch() && std::max(size.width(), size.height()) <= longestSide)
            result.size = size;
        else
            refuse(QStringLiteral("a size such as 1440x900, with at most %1 pixels a side").arg(longestSide));
    } else if (name == QLatin1String("--screenshot")) {
        result.screenshot = value;
        result.error = problemOfPicture(value);
    } else if (name == QLatin1String("--at")) {
        bool readable = false;
        result.at = value.toLongLong(&readable);
        if (!readable || result.at < 0)
            refuse(QStringLiteral("a step (0 or more)"));
    } else {
        result.device = value;
        if (!devicePattern.match(value).hasMatch())
            refuse(QStringLiteral("cpu, cuda or cuda:N"));
    }
}

} // namespace

StudioArguments StudioArguments::parse(const QStringList& arguments)
{
    static const QStringList withValue {QStringLiteral("theme"), QStringLiteral("size"), QStringLiteral("screenshot"),
        QStringLiteral("at"), QStringLiteral("device")};
    const QCommandLineOption start(QStringLiteral("start"));
    const QCommandLineOption help(QStringList {QStringLiteral("h"), QStringLiteral("help")});
    const QCommandLineOption version(QStringLiteral("version"));
    QCommandLineParser parser; // usage() describes them, with the file and the exit codes
    parser.addOptions({start, help, version});
    for (const QString& name : withValue)
        parser.addOption({name, QString(), name});
    StudioArguments result;
    if (!parser.parse(QStringList {QStringLiteral("spectune")} + arguments)) {
        result.error = problemOf(parser);
        return result;
    }
    result.start = parser.isSet(start);
    result.help = parser.isSet(help);
    result.version = parser.isSet(version);
    for (const QString& name : withValue)
        for (const QString& value : parser.values(name))
            if (result.error.isEmpty())
                readOption(result, QStringLiteral("--") + name, value);
    const QStringList paths = parser.positionalArguments();
    result.path = paths.value(0);
    if (result.error.isEmpty() && paths.size() > 1)
        result.error = QStringLiteral("One configuration or run can be opened, not both %1 and %2.")
                           .arg(paths.at(0), paths.at(1));
    if (result.error.isEmpty() && result.at >= 0 && result.screenshot.isEmpty())
        result.error = QStringLiteral("--at belongs to --screenshot.");
    if (result.error.isEmpty() && !result.path.isEmpty() && !QFileInfo::exists(result.path))
        result.error = QStringLiteral("%1 does not exist.").arg(result.path);
    return result;
}

QString StudioArguments::sizeNote(QSize least) const
{
    if (size.isEmpty() || size.expandedTo(least) == size)
        return {};
    return QStringLiteral("--size %1 is below the studio's least size, %2: some of it will be cut off.")
        .arg(sizeText(size), sizeText(least));
}

QString StudioArguments::usage()
{
    return QStringLiteral(
        "spectune [CONFIG.json | RUN_DIR] [options]\n"
        "The studio. Without arguments it opens on the bundled demo, ready to start.\n\n"
        "  --start                start training at once; not of a RUN_DIR, which was started before\n"
        "  --theme T              light, dark or system\n"
        "  --size WxH             size of the window, such as 1440x900\n"
        "  --screenshot FILE.png  draw the window into FILE.png and exit; with --start after the run (or --at)\n"
        "  --at STEP              the step to draw\n"
        "  --device D             cpu, cuda or cuda:N\n"
        "  --version              the version\n"
        "  --help                 this text\n\n"
        "Runs go to ./runs/NAME-N, or to $XDG_DATA_HOME/spectune/runs where the working folder is the home folder\n"
        "or cannot be written. SIGINT, SIGTERM and SIGHUP stop and save a run before the studio ends.\n"
        "Exit codes: 0 done, 1 a fault of the program or a lost device, 2 bad arguments or input, 3 out of memory,\n"
        "4 diverged, 130 ended by a signal after saving.\n");
}

} // namespace spectune

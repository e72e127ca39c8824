// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/StudioArguments.h"

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
    static const QStringList withValue {QStringLiteral("--theme"), QStringLiteral("--size"),
        QStringLiteral("--screenshot"), QStringLiteral("--at"), QStringLiteral("--device")};
    StudioArguments result;
    for (int i = 0; i < arguments.size() && result.error.isEmpty(); ++i) {
        const QString& argument = arguments.at(i);
        const QString name = argument.section(QLatin1Char('='), 0, 0);
        if (argument == QLatin1String("--start")) {
            result.start = true;
        } else if (argument == QLatin1String("--help") || argument == QLatin1String("-h")) {
            result.help = true;
        } else if (argument == QLatin1String("--version")) {
            result.version = true;
        } else if (withValue.contains(name)) {
            const bool joined = argument.contains(QLatin1Char('='));
            if (!joined && i + 1 >= arguments.size())
                result.error = QStringLiteral("%1 wants a value.").arg(name);
            else
                readOption(result, name, joined ? argument.section(QLatin1Char('='), 1) : arguments.at(++i));
        } else if (argument.startsWith(QLatin1Char('-'))) {
            result.error = QStringLiteral("There is no option %1.").arg(argument);
        } else if (result.path.isEmpty()) {
            result.path = argument;
        } else {
            result.error = QStringLiteral("One configuration or run can be opened, not both %1 and %2.")
                               .arg(result.path, argument);
        }
    }
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/Preset.h"

#include "training/config/ConfigFile.h"
#include "training/core/Error.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

#include <algorithm>
#include <array>

namespace spectune {

namespace {

constexpr int presetVersion = 1;

struct PresetTexts {
    Q_DECLARE_TR_FUNCTIONS(PresetTexts)
};

QStringList pathOf(std::string_view key)
{
    return QString::fromUtf8(key).split(QLatin1Char('.'));
}

/// Whether the nested object names the key.
bool names(QJsonObject object, const QStringList& path)
{
    for (qsizetype i = 0; i + 1 < path.size(); ++i)
        object = object.value(path.at(i)).toObject();
    return object.contains(path.back());
}

QJsonValue jsonOf(const FieldValue& value)
{
    struct Writer {
        QJsonValue operator()(std::monostate) const { return QJsonValue::Null; }
        QJsonValue operator()(bool flag) const { return flag; }
        QJsonValue operator()(std::int64_t number) const { return static_cast<qint64>(number); }
        QJsonValue operator()(double number) const { return number; }
        QJsonValue operator()(const std::string& text) const { return QString::fromStdString(text); }
        QJsonValue operator()(const std::vector<std::string>& list) const
        {
            QJsonArray array;
            for (const std::string& text : list)
                array.append(QString::fromStdString(text));
            return array;
        }
        QJsonValue operator()(const std::vector<std::int64_t>& list) const
        {
            QJsonArray array;
            for (const std::int64_t number : list)
                array.append(static_cast<qint64>(number));
            return array;
        }
        QJsonValue operator()(const RankMap& map) const
        {
            QJsonObject object;
            for (const auto& [name, rank] : map)
                object.insert(QString::fromStdString(name), static_cast<qint64>(rank));
            return object;
        }
    };
    return std::visit(Writer {}, value);
}

QJsonObject withValue(QJsonObject object, const QStringList& path, const QJsonValue& value)
{
    if (path.size() == 1)
        object.insert(path.front(), value);
    else
        object.insert(path.front(), withValue(object.value(path.front()).toObject(), path.mid(1), value));
    return object;
}

/// Keys that name a file, a model or this machine: they do not travel.
bool isLocal(const FieldInfo& field)
{
    static constexpr std::array<std::string_view, 1> ofTheMachine {"train.threads"};
    return field.type == FieldType::File || field.type == FieldType::Folder
        || (field.key.starts_with("data.") && field.key != "data.max_length")
        || std::find(ofTheMachine.begin(), ofTheMachine.end(), field.key) != ofTheMachine.end();
}

bool hasKey(const Preset& preset, std::string_view key)
{
    return std::any_of(
        preset.values.begin(), preset.values.end(), [key](const auto& entry) { return entry.first == key; });
}

QString textAt(const QJsonObject& object, const char* key, const QString& origin)
{
    const QJsonValue value = object.value(QLatin1String(key));
    if (!value.isString() || value.toString().trimmed().isEmpty())
        throw configError("%1: \"%2\" is missing or empty, needs text.", origin.toStdString(), key);
    return value.toString();
}

} // namespace

Preset presetFromJson(const QByteArray& text, const QString& origin)
{
    QJsonParseError fault;
    const QJsonObject root = QJsonDocument::fromJson(text, &fault).object();
    const std::string file = origin.toStdString();
    if (fault.error != QJsonParseError::NoError)
        throw configError("%1: broken JSON at byte %2: %3.", file, fault.offset, fault.errorString().toStdString());
    const QJsonValue version = root.value(QLatin1String("spectune_preset"));
    if (version.toInt() < 1)
        throw configError(
            "%1 is no preset: it has no \"spectune_preset\": 1. A configuration is opened by File, Open.", file);
    if (version.toInt() > presetVersion)
        throw configError(
            "%1 was written by a newer Spectune (\"spectune_preset\": %2). Use that version.", file, version.toInt());
    Preset preset;
    preset.name = textAt(root, "name", origin);
    preset.source = textAt(root, "source", origin);
    preset.group = root.value(QLatin1String("group")).toString();
    preset.about = root.value(QLatin1String("about")).toString();
    preset.aboutShort = root.value(QLatin1String("about_short")).toString();
    preset.sourceShort = root.value(QLatin1String("source_short")).toString();
    const QJsonValue part = root.value(QLatin1String("config"));
    if (!part.isObject() || part.toObject().isEmpty())
        throw configError(
            "%1: \"config\" is missing or empty, needs an object such as {\"optim\": {\"lr\": 1e-3}}.", file);
    const QByteArray written = QJsonDocument(part.toObject()).toJson();
    const RunConfig config = configFromJson(written.toStdString(), file + ", \"config\"");
    for (const FieldInfo& field : fields())
        if (names(part.toObject(), pathOf(field.key)))
            preset.values.emplace_back(field.key, fieldValue(config, field.key));
    return preset;
}

QByteArray toJson(const Preset& preset)
{
    QJsonObject config;
    for (const auto& [key, value] : preset.values)
        config = withValue(config, pathOf(key), jsonOf(value));
    QJsonObject root {{QStringLiteral("spectune_preset"), presetVersion}, {QStringLiteral("name"), preset.name},
        {QStringLiteral("group"), preset.group}, {QStringLiteral("about"), preset.about},
        {QStringLiteral("source"), preset.source}, {QStringLiteral("config"), config}};
    if (!preset.aboutShort.isEmpty())
        root.insert(QStringLiteral("about_short"), preset.aboutShort);
    if (!preset.sourceShort.isEmpty())
        root.insert(QStringLiteral("source_short"), preset.sourceShort);
    return QJsonDocument(root).toJson();
}

QString presetWords(const Preset& preset, const QString& text)
{
    return preset.own || text.isEmpty() ? text : PresetTexts::tr(text.toUtf8().constData());
}

RunConfig withPreset(RunConfig config, const Preset& preset)
{
    // The matrices have two names, and a preset of one takes back the other.
    if (hasKey(preset, "adalora.targets") || hasKey(preset, "adalora.layers"))
        config.adalora.modules.clear();
    if (hasKey(preset, "adalora.modules")) {
        config.adalora.targets.clear();
        config.adalora.layers.clear();
    }
    // A rank map belongs to the method and the matrices that it was set up with.
    if (hasKey(preset, "method.name") || hasKey(preset, "adalora.targets") || hasKey(preset, "adalora.layers")
        || hasKey(preset, "adalora.modules"))
        config.adalora.rankMap.clear();
    for (const auto& [key, value] : preset.values)
        setFieldValue(config, key, value);
    return config;
}

int changedSince(const RunConfig& config, const Preset& preset)
{
    const bool ticked = !config.adalora.modules.empty() && !hasKey(preset, "adalora.modules")
        && (hasKey(preset, "adalora.targets") || hasKey(preset, "adalora.layers"));
    return static_cast<int>(std::count_if(preset.values.begin(), preset.values.end(), [&config](const auto& entry) {
        return fieldValue(config, entry.first) != entry.second;
    })) + (ticked ? 1 : 0);
}

Preset presetOf(const RunConfig& config, const QString& name, const QString& source)
{
    Preset preset;
    preset.name = name;
    preset.source = source;
    preset.own = true;
    for (const FieldInfo& field : fields())
        if (!isLocal(field))
            preset.values.emplace_back(field.key, fieldValue(config, field.key));
    return preset;
}

} // namespace spectune

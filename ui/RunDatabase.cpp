// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunDatabase.h"

#include "training/core/Error.h"
#include "ui/RunMigrations.h"

#include <QDir>
#include <QFileInfo>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>

#include <cmath>
#include <cstring>

namespace spectune {

namespace {

/// The columns that a folder's files fill, in the order of bindFacts().
const QStringList factColumns {QStringLiteral("folder"), QStringLiteral("state"), QStringLiteral("problem"),
    QStringLiteral("device"), QStringLiteral("model"), QStringLiteral("method"), QStringLiteral("started"),
    QStringLiteral("ended"), QStringLiteral("steps"), QStringLiteral("total_steps"), QStringLiteral("loss"),
    QStringLiteral("eval_loss"), QStringLiteral("seconds"), QStringLiteral("tokens_per_second"),
    QStringLiteral("matrices"), QStringLiteral("init_rank"), QStringLiteral("kept"), QStringLiteral("at_zero"),
    QStringLiteral("largest"), QStringLiteral("revived"), QStringLiteral("curve"), QStringLiteral("bytes"),
    QStringLiteral("configuration"), QStringLiteral("fingerprint"), QStringLiteral("derivation")};

QVariant number(double value)
{
    return std::isfinite(value) ? QVariant(value) : QVariant();
}

double real(const QVariant& value)
{
    return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.toDouble();
}

/// Never null: the columns of text are NOT NULL.
QVariant textOf(const QString& value)
{
    return value.isNull() ? QString(QLatin1String("")) : value;
}

QVariant time(const QDateTime& value)
{
    return value.isValid() ? QVariant(value.toUTC().toString(Qt::ISODate)) : QVariant();
}

QDateTime timeFrom(const QVariant& value)
{
    return value.isNull() ? QDateTime() : QDateTime::fromString(value.toString(), Qt::ISODate).toLocalTime();
}

QByteArray bytesOf(const std::vector<float>& curve)
{
    return {reinterpret_cast<const char*>(curve.data()), static_cast<qsizetype>(curve.size() * sizeof(float))};
}

std::vector<float> curveFrom(const QByteArray& bytes)
{
    std::vector<float> curve(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(curve.data(), bytes.constData(), curve.size() * sizeof(float));
    return curve;
}

RunRecord recordFrom(const QSqlQuery& query)
{
    const auto at = [&query](const char* column) { return query.value(QLatin1String(column)); };
    RunRecord record;
    record.id = at("id").toLongLong();
    record.folder = at("folder").toString();
    record.name = at("name").toString();
    record.notes = at("notes").toString();
    record.state = recordStateFrom(at("state").toString());
    record.problem = at("problem").toString();
    record.device = at("device").toString();
    record.model = at("model").toString();
    record.method = at("method").toString();
    record.started = timeFrom(at("started"));
    record.ended = timeFrom(at("ended"));
    record.steps = at("steps").toLongLong();
    record.totalSteps = at("total_steps").toLongLong();
    record.loss = real(at("loss"));
    record.evalLoss = real(at("eval_loss"));
    record.seconds = at("seconds").toDouble();
    record.tokensPerSecond = at("tokens_per_second").toDouble();
    record.ranks = {at("matrices").toLongLong(), at("init_rank").toLongLong(), at("kept").toLongLong(),
        at("at_zero").toLongLong(), at("largest").toLongLong(), at("revived").toLongLong()};
    record.curve = curveFrom(at("curve").toByteArray());
    record.bytes = at("bytes").toLongLong();
    record.configuration = at("configuration").toString();
    record.fingerprint = at("fingerprint").toString();
    record.derivation = at("derivation").toInt();
    return record;
}

} // namespace

RunDatabase::RunDatabase(const QString& file, std::chrono::milliseconds patience)
    : m_connection(QUuid::createUuid().toString())
{
    if (!QSqlDatabase::isDriverAvailable(QStringLiteral("QSQLITE")))
        throw ioError(
            "Qt's SQLite driver is not installed, so that no history can be kept. Install libqt6sql6-sqlite.");
    if (QFileInfo(file).isDir())
        throw ioError(
            "%1 is a folder, where the history's file should be. Move it away, and the runs can be added again "
            "from the disk.",
            file.toStdString());
    if (file != QLatin1String(":memory:"))
        QDir().mkpath(QFileInfo(file).absolutePath());
    m_database = std::make_unique<QSqlDatabase>(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection));
    m_database->setDatabaseName(file);
    m_database->setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(patience.count()));
    try {
        if (!m_database->open())
            throw historyError(file, m_database->lastError());
        migrateHistory(*m_database);
        // Tables of these names that another program made would otherwise fail at the first question.
        (void)prepared(QStringLiteral("SELECT id, name, notes, %1 FROM runs").arg(factColumns.join(QLatin1Char(','))));
        (void)prepared(QStringLiteral("SELECT run, tag FROM tags"));
        executeStatement(*m_database, QStringLiteral("PRAGMA foreign_keys = ON"));
    } catch (const Error&) {
        m_database.reset();
        QSqlDatabase::removeDatabase(m_connection);
        throw;
    }
}

RunDatabase::~RunDatabase()
{
    m_database->close();
    m_database.reset(); // before its connection's name goes
    QSqlDatabase::removeDatabase(m_connection);
}

void RunDatabase::run(QSqlQuery& query) const
{
    if (!query.exec())
        throw historyError(m_database->databaseName(), query.lastError());
}

QSqlQuery RunDatabase::prepared(const QString& statement) const
{
    QSqlQuery query(*m_database);
    if (!query.prepare(statement)) // what is executed all the same says no more than "No query"
        throw historyError(m_database->databaseName(), query.lastError());
    return query;
}

std::vector<RunRecord> RunDatabase::select(const QString& rest, const QVariant& value) const
{
    QSqlQuery query = prepared(QStringLiteral("SELECT * FROM runs ") + rest);
    if (value.isValid())
        query.addBindValue(value);
    run(query);
    std::vector<RunRecord> records;
    while (query.next())
        records.push_back(recordFrom(query));
    QSqlQuery tags = prepared(QStringLiteral("SELECT tag FROM tags WHERE run = ? ORDER BY tag"));
    for (RunRecord& record : records) {
        tags.addBindValue(QVariant::fromValue<qlonglong>(record.id));
        run(tags);
        while (tags.next())
            record.tags << tags.value(0).toString();
    }
    return records;
}

std::vector<RunRecord> RunDatabase::all() const
{
    return select(QStringLiteral("ORDER BY started DESC, id DESC"), {});
}

std::optional<RunRecord> RunDatabase::find(std::int64_t id) const
{
    std::vector<RunRecord> found = select(QStringLiteral("WHERE id = ?"), QVariant::fromValue<qlonglong>(id));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::optional<RunRecord> RunDatabase::findFolder(const QString& folder) const
{
    std::vector<RunRecord> found = select(QStringLiteral("WHERE folder = ?"), folder);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

void RunDatabase::bindFacts(QSqlQuery& query, const RunRecord& record) const
{
    const auto whole = [](std::int64_t value) { return QVariant::fromValue<qlonglong>(value); };
    const QVariantList values {record.folder, stateWord(record.state), textOf(record.problem), textOf(record.device),
        textOf(record.model), textOf(record.method), time(record.started), time(record.ended), whole(record.steps),
        whole(record.totalSteps), number(record.loss), number(record.evalLoss), record.seconds, record.tokensPerSecond,
        whole(record.ranks.matrices), whole(record.ranks.initRank), whole(record.ranks.kept),
        whole(record.ranks.atZero), whole(record.ranks.largest), whole(record.ranks.revived), bytesOf(record.curve),
        whole(record.bytes), textOf(record.configuration), textOf(record.fingerprint), record.derivation};
    for (const QVariant& value : values)
        query.addBindValue(value);
}

std::int64_t RunDatabase::insert(const RunRecord& record)
{
    const QString marks
        = QStringLiteral("?") + QStringLiteral(", ?").repeated(static_cast<int>(factColumns.size()) + 1);
    QSqlQuery query = prepared(QStringLiteral("INSERT INTO runs (%1, name, notes) VALUES (%2)")
                                   .arg(factColumns.join(QStringLiteral(", ")), marks));
    bindFacts(query, record);
    query.addBindValue(textOf(record.name));
    query.addBindValue(textOf(record.notes));
    run(query);
    const std::int64_t id = query.lastInsertId().toLongLong();
    if (!record.tags.isEmpty())
        setTags(id, record.tags);
    return id;
}

void RunDatabase::updateFacts(const RunRecord& record)
{
    QSqlQuery query = prepared(
        QStringLiteral("UPDATE runs SET %1 = ? WHERE id = ?").arg(factColumns.join(QStringLiteral(" = ?, "))));
    bindFacts(query, record);
    query.addBindValue(QVariant::fromValue<qlonglong>(record.id));
    run(query);
}

void RunDatabase::setText(std::int64_t id, const char* column, const QString& text)
{
    QSqlQuery query = prepared(QStringLiteral("UPDATE runs SET %1 = ? WHERE id = ?").arg(QLatin1String(column)));
    query.addBindValue(textOf(text));
    query.addBindValue(QVariant::fromValue<qlonglong>(id));
    run(query);
}

void RunDatabase::setName(std::int64_t id, const QString& name)
{
    setText(id, "name", name);
}

void RunDatabase::setNotes(std::int64_t id, const QString& notes)
{
    setText(id, "notes", notes);
}

void RunDatabase::setTags(std::int64_t id, const QStringList& tags)
{
    executeStatement(*m_database, QStringLiteral("BEGIN IMMEDIATE"));
    try {
        QSqlQuery query = prepared(QStringLiteral("DELETE FROM tags WHERE run = ?"));
        query.addBindValue(QVariant::fromValue<qlonglong>(id));
        run(query);
        query = prepared(QStringLiteral("INSERT OR IGNORE INTO tags (run, tag) VALUES (?, ?)"));
        for (const QString& tag : tags) {
            query.addBindValue(QVariant::fromValue<qlonglong>(id));
            query.addBindValue(tag);
            run(query);
        }
        executeStatement(*m_database, QStringLiteral("COMMIT"));
    } catch (const Error&) {
        QSqlQuery(*m_database).exec(QStringLiteral("ROLLBACK"));
        throw;
    }
}

void RunDatabase::remove(std::int64_t id)
{
    QSqlQuery query = prepared(QStringLiteral("DELETE FROM runs WHERE id = ?"));
    query.addBindValue(QVariant::fromValue<qlonglong>(id));
    run(query);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StudioIcons.h"

#include "visualization/Theme.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

namespace spectune {

namespace {

QByteArray iconSource(const QString& name)
{
    static QHash<QString, QByteArray> sources;
    auto found = sources.constFind(name);
    if (found == sources.constEnd()) {
        QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
        found = sources.insert(name, file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray());
    }
    return *found;
}

QColor toneColor(IconTone tone)
{
    const Theme& theme = Theme::current();
    switch (tone) {
    case IconTone::Second: return theme.text2;
    case IconTone::OnPrimary: return theme.onPrimary;
    case IconTone::Ok: return theme.ok;
    case IconTone::Warn: return theme.warn;
    case IconTone::Error: return theme.error;
    case IconTone::Text: break;
    }
    return theme.text;
}

class ThemedIconEngine : public QIconEngine {
public:
    ThemedIconEngine(QString name, IconTone tone)
        : m_name(std::move(name))
        , m_tone(tone)
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const QColor color = mode == QIcon::Disabled ? Theme::current().lineStrong : toneColor(m_tone);
        QByteArray svg = iconSource(m_name);
        svg.replace("#000000", color.name().toLatin1());
        QSvgRenderer(svg).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap picture(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return picture;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new ThemedIconEngine(m_name, m_tone); }

private:
    QString m_name;
    IconTone m_tone;
};

} // namespace

QIcon studioIcon(const QString& name, IconTone tone)
{
    return QIcon(new ThemedIconEngine(name, tone));
}

} // namespace spectune

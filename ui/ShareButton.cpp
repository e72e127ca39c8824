// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShareButton.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "ui/StudioIcons.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>

namespace spectune {

namespace {

/// Twice as fine as the screen, so that it stays sharp on a page.
QImage pictureOf(QWidget* widget)
{
    constexpr double fineness = 2.0;
    QImage image(widget->size() * fineness, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(fineness);
    image.fill(widget->palette().color(QPalette::Window));
    widget->render(&image);
    return image;
}

} // namespace

ShareButton::ShareButton(QString name, QWidget* picture, std::function<QString()> table, QWidget* parent)
    : QToolButton(parent)
    , m_name(std::move(name))
    , m_picture(picture)
    , m_table(std::move(table))
{
    setText(tr("Save"));
    setIcon(studioIcon(QStringLiteral("export")));
    setToolTip(tr("Copy or save this"));
    setAccessibleName(tr("Copy or save"));
    setFixedSize(28, 24);
    setIconSize(QSize(13, 13));
    setAutoRaise(true);
    setPopupMode(QToolButton::InstantPopup);
    setObjectName(QStringLiteral("Share"));
    auto* menu = new QMenu(this);
    if (m_picture) {
        menu->addAction(tr("Copy as picture"), this, &ShareButton::copyPicture);
        menu->addAction(tr("Save as PNG…"), this,
            [this] { ask(QStringLiteral("png"), tr("Pictures (*.png)"), &ShareButton::savePicture); });
        menu->addSeparator();
    }
    menu->addAction(tr("Copy as table"), this, &ShareButton::copyTable);
    menu->addAction(tr("Save as CSV…"), this,
        [this] { ask(QStringLiteral("csv"), tr("Tables (*.csv)"), &ShareButton::saveTable); });
    setMenu(menu);
}

void ShareButton::copyPicture() const
{
    QApplication::clipboard()->setImage(pictureOf(m_picture));
}

void ShareButton::copyTable() const
{
    QApplication::clipboard()->setText(m_table());
}

void ShareButton::savePicture(const QString& file) const
{
    if (!pictureOf(m_picture).save(file, "PNG"))
        throw ioError(file.toStdString() + " could not be written. Choose another folder.");
}

void ShareButton::saveTable(const QString& file) const
{
    writeFileAtomically(file.toStdString(), m_table().toStdString());
}

void ShareButton::ask(const QString& suffix, const QString& filter, void (ShareButton::*save)(const QString&) const)
{
    auto* dialog = new QFileDialog(this, tr("Save"), m_name + QLatin1Char('.') + suffix, filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, [this, save](const QString& file) {
        try {
            (this->*save)(file);
            Q_EMIT told({}, tr("Saved as %1.").arg(file));
        } catch (const std::exception& error) {
            Q_EMIT told(tr("Not done"), QString::fromUtf8(error.what()));
        }
    });
    dialog->open();
}

} // namespace spectune

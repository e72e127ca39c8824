// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShareButton.h"

#include "training/core/AtomicFile.h"
#include "ui/StudioIcons.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QPainter>

namespace spectune {

namespace {

constexpr double fineness = 2.0; ///< of a copied picture, so that it stays sharp on a page

/// A widget as it is on the screen; the size is its own.
PaintPicture paintOf(QWidget* widget)
{
    return [widget](QPaintDevice& device, QSize size) {
        QPainter painter(&device);
        painter.fillRect(QRect(QPoint(), size), widget->palette().color(QPalette::Window));
        widget->render(&painter, QPoint(), QRegion(), QWidget::DrawChildren);
    };
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
        m_paint = paintOf(m_picture);
        menu->addAction(tr("Save picture…"), this, [this] {
            ask(QStringLiteral("png"), {tr("Picture (*.png)"), tr("Drawing (*.svg)"), tr("Page (*.pdf)")},
                &ShareButton::savePicture);
        });
        menu->addSeparator();
    }
    menu->addAction(tr("Copy as table"), this, &ShareButton::copyTable);
    menu->addAction(tr("Save as CSV…"), this,
        [this] { ask(QStringLiteral("csv"), {tr("Tables (*.csv)")}, &ShareButton::saveTable); });
    setMenu(menu);
}

void ShareButton::copyPicture() const
{
    QApplication::clipboard()->setImage(pictureOf(m_picture->size(), fineness, m_paint));
}

void ShareButton::copyTable() const
{
    QApplication::clipboard()->setText(m_table());
}

void ShareButton::savePicture(const QString& file) const
{
    spectune::savePicture(file, m_picture->size(), m_paint);
}

void ShareButton::saveTable(const QString& file) const
{
    writeFileAtomically(file.toStdString(), m_table().toStdString());
}

void ShareButton::ask(
    const QString& suffix, const QStringList& filters, void (ShareButton::*save)(const QString&) const)
{
    auto* dialog = new QFileDialog(this, tr("Save"), m_name + QLatin1Char('.') + suffix);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(filters);
    dialog->selectFile(m_name);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) { // "Drawing (*.svg)"
        dialog->setDefaultSuffix(filter.section(QLatin1Char('.'), -1).remove(QLatin1Char(')')));
    });
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PictureActions.h"

#include "training/core/Error.h"
#include "ui/StudioIcons.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QToolButton>

namespace spectune {

namespace {

constexpr double clipboardRatio = 2.0;

QString text(const char* words)
{
    return QCoreApplication::translate("PictureActions", words);
}

/// Asks for a file without blocking the window, then has @p save write it.
void askFile(QWidget& owner, const QString& title, const QString& name, const QStringList& filters,
    const TellUser& tell, const std::function<void(const QString&)>& save)
{
    auto* dialog = new QFileDialog(&owner, title, name);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(filters);
    const auto ending = [dialog] {
        const QString filter = dialog->selectedNameFilter(); // "Picture (*.png)"
        return filter.mid(filter.indexOf(QLatin1Char('.')) + 1).remove(QLatin1Char(')'));
    };
    dialog->setDefaultSuffix(ending());
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [=] { dialog->setDefaultSuffix(ending()); });
    QObject::connect(dialog, &QFileDialog::fileSelected, &owner, [tell, save](const QString& path) {
        try {
            save(path);
            tell({}, text("Saved as %1.").arg(path));
        } catch (const Error& error) {
            tell(text("Not done"), QString::fromUtf8(error.what()));
        }
    });
    dialog->open();
}

} // namespace

void addPictureActions(QMenu& menu, QWidget& owner, const PictureSource& source, const TellUser& tell)
{
    QWidget* const parent = &owner;
    menu.addAction(text("&Copy picture"), parent, [source, tell] {
        QApplication::clipboard()->setImage(pictureOf(source.size(), clipboardRatio, source.paint));
        tell({}, text("The picture is in the clipboard."));
    });
    menu.addAction(text("Copy &values"), parent, [source, tell] {
        QApplication::clipboard()->setText(source.csv());
        tell({}, text("The values are in the clipboard, as CSV."));
    });
    menu.addAction(text("&Save picture…"), parent, [=] {
        askFile(*parent, text("Save picture"), source.name(),
            {text("Picture (*.png)"), text("Drawing (*.svg)"), text("Page (*.pdf)")}, tell,
            [source](const QString& path) { savePicture(path, source.size(), source.paint); });
    });
    menu.addAction(text("Save v&alues…"), parent, [=] {
        askFile(*parent, text("Save values"), source.name(), {text("Table (*.csv)")}, tell,
            [source](const QString& path) { saveText(path, source.csv()); });
    });
}

QToolButton* makeMenuButton(QMenu* menu, const QString& name)
{
    auto* button = new QToolButton;
    button->setIcon(studioIcon(QStringLiteral("more")));
    button->setIconSize(QSize(14, 14));
    button->setFixedSize(26, 24);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(menu);
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setProperty("role", "menu");
    return button;
}

} // namespace spectune

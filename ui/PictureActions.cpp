// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PictureActions.h"

#include "training/core/Error.h"
#include "ui/MessageWords.h"
#include "ui/StudioIcons.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QMenu>
#include <QPainter>
#include <QPointer>
#include <QShortcut>
#include <QThreadPool>
#include <QToolButton>

#include <exception>
#include <utility>

namespace spectune {

namespace {

constexpr double clipboardRatio = 2.0;

struct PictureTexts {
    Q_DECLARE_TR_FUNCTIONS(PictureTexts)
};

/// Has a worker do @p work, then @p done with its text on the GUI thread, or tells the user what went wrong. A view
/// that was closed meanwhile hears nothing.
void inWorker(QWidget& owner, const TellUser& tell, std::function<QString()> work,
    const std::function<void(const QString&)>& done)
{
    const QPointer<QWidget> view(&owner);
    QThreadPool::globalInstance()->start([view, tell, work = std::move(work), done] {
        QString told;
        QString problem;
        try {
            told = work();
        } catch (const std::exception&) {
            problem = caughtWords();
        }
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [view, tell, done, told, problem] {
                if (view && problem.isEmpty())
                    done(told);
                else if (view)
                    tell(PictureTexts::tr("Not done"), problem);
            },
            Qt::QueuedConnection);
    });
}

QString savedAs(const QString& path)
{
    return PictureTexts::tr("Saved as %1.").arg(path);
}

/// Asks for a file without blocking the window, then has @p save write it.
void askFile(QWidget& owner, const QString& title, const QString& name, const QStringList& filters,
    const std::function<void(const QString&)>& save)
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
    QObject::connect(dialog, &QFileDialog::fileSelected, &owner, save);
    dialog->open();
}

} // namespace

void addPictureActions(QMenu& menu, QWidget& owner, const PictureSource& source, const TellUser& tell)
{
    QWidget* const parent = &owner;
    menu.addAction(PictureTexts::tr("&Copy picture"), parent, [source, tell] {
        QApplication::clipboard()->setImage(pictureOf(source.size(), clipboardRatio, source.paint));
        tell({}, PictureTexts::tr("The picture is in the clipboard."));
    });
    menu.addAction(PictureTexts::tr("Copy &values"), parent, [source, tell, parent] {
        inWorker(*parent, tell, source.csv(), [tell](const QString& csv) {
            QApplication::clipboard()->setText(csv);
            tell({}, PictureTexts::tr("The values are in the clipboard, as CSV."));
        });
    });
    menu.addAction(PictureTexts::tr("&Save picture…"), parent, [source, tell, parent] {
        askFile(*parent, PictureTexts::tr("Save picture"), source.name(),
            {PictureTexts::tr("Picture (*.png)"), PictureTexts::tr("Drawing (*.svg)"),
                PictureTexts::tr("Page (*.pdf)")},
            [source, tell, parent](const QString& path) {
                try {
                    const auto write = [path, work = pictureWork(path, source.size(), source.paint)] {
                        work();
                        return path;
                    };
                    inWorker(*parent, tell, write, [tell](const QString& saved) { tell({}, savedAs(saved)); });
                } catch (const Error& error) {
                    tell(PictureTexts::tr("Not done"), messageWords(error.message()));
                }
            });
    });
    menu.addAction(PictureTexts::tr("Save v&alues…"), parent, [source, tell, parent] {
        askFile(*parent, PictureTexts::tr("Save values"), source.name(), {PictureTexts::tr("Table (*.csv)")},
            [source, tell, parent](const QString& path) {
                const auto write = [path, csv = source.csv()] {
                    saveText(path, csv());
                    return path;
                };
                inWorker(*parent, tell, write, [tell](const QString& saved) { tell({}, savedAs(saved)); });
            });
    });
}

PaintPicture paintOf(QWidget& widget)
{
    return [view = &widget](QPaintDevice& device, QSize size) {
        const bool focused = view->hasFocus();
        if (focused)
            view->clearFocus(); // whose frame would be in the picture
        QPainter painter(&device);
        painter.fillRect(QRect(QPoint(), size), view->palette().color(QPalette::Window));
        view->render(&painter, QPoint(), QRegion(), QWidget::DrawChildren);
        if (focused)
            view->setFocus(Qt::OtherFocusReason);
    };
}

void openByRightClick(QWidget& view, QMenu& menu, std::function<void(QPoint place)> open)
{
    if (!open)
        open = [&view, &menu](QPoint place) { menu.popup(view.mapToGlobal(place)); };
    view.setContextMenuPolicy(Qt::CustomContextMenu);
    QObject::connect(&view, &QWidget::customContextMenuRequested, &menu, std::move(open));
    // The menu key comes as such a request; on Linux this one does not.
    auto* keys = new QShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F10), &view);
    keys->setContext(Qt::WidgetWithChildrenShortcut);
    QObject::connect(keys, &QShortcut::activated, &menu, [&view] {
        const QPoint middle = view.rect().center();
        QContextMenuEvent wanted(QContextMenuEvent::Keyboard, middle, view.mapToGlobal(middle));
        QApplication::sendEvent(&view, &wanted); // a view may know a better place
    });
}

QMenu* addPictureMenu(QWidget& view, std::function<QString()> name, std::function<std::function<QString()>()> csv,
    const TellUser& tell, PaintPicture paint)
{
    auto* menu = new QMenu(&view);
    addPictureActions(*menu, view,
        {.name = std::move(name),
            .size = [&view] { return view.size(); },
            .paint = paint ? std::move(paint) : paintOf(view),
            .csv = std::move(csv)},
        tell);
    openByRightClick(view, *menu);
    return menu;
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

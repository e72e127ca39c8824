// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PageParts.h"

#include "ui/NoteLabel.h"
#include "ui/PanelSplitter.h"
#include "ui/StudioIcons.h"
#include "ui/WholeWordsArea.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QAction>
#include <QCoreApplication>
#include <QFileDialog>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace spectune {

namespace {

class IconView : public QWidget {
public:
    IconView(const QString& name, IconTone tone, int size)
        : m_icon(studioIcon(name, tone))
        , m_size(size)
    {
        setFixedSize(size, std::max(size, 16));
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        m_icon.paint(&painter, QRect(0, (height() - m_size) / 2, m_size, m_size));
    }

private:
    QIcon m_icon;
    int m_size;
};

} // namespace

void setTone(QLabel* label, const char* tone)
{
    label->setProperty("tone", QString::fromLatin1(tone));
    label->style()->unpolish(label);
    label->style()->polish(label);
}

void setRole(QWidget* widget, const char* role)
{
    if (widget->property("role").toString() == QLatin1String(role))
        return;
    widget->setProperty("role", QString::fromLatin1(role));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QString counted(std::int64_t number, const QString& one, const QString& many)
{
    return (number == 1 ? one : many).arg(formatCount(number));
}

QString plainNumber(double value)
{
    QString text = QString::number(value, 'g', 6);
    if (const qsizetype e = text.indexOf(QLatin1Char('e')); e >= 0)
        text = text.left(e + 1) + QString::number(text.mid(e + 1).toInt()); // "5e-05"
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

QString parametersText(std::int64_t count)
{
    if (count >= 1'000'000'000)
        return QCoreApplication::translate("PageParts", "%1 billion")
            .arg(formatFixed(static_cast<double>(count) / 1e9, 2));
    if (count >= 1'000'000)
        return QCoreApplication::translate("PageParts", "%1 million")
            .arg(formatFixed(static_cast<double>(count) / 1e6, 2));
    return formatCount(count);
}

QLabel* makeText(const QString& text, const char* tone, bool wrap)
{
    auto* label = wrap ? new NoteLabel(text) : new QLabel(text);
    label->setProperty("tone", QString::fromLatin1(tone));
    label->setFont(Fonts::body());
    label->setTextFormat(Qt::PlainText);
    return label;
}

QLabel* makeCaption(const QString& text, const char* tone, bool wrap)
{
    QLabel* label = makeText(text, tone, wrap);
    label->setFont(Fonts::caption());
    return label;
}

QLabel* makeHeading(const QString& text)
{
    QLabel* label = makeText(text);
    label->setFont(Fonts::heading());
    WholeWordsArea::keepWithNext(*label);
    return label;
}

QLabel* makeTitle(const QString& text)
{
    QLabel* label = makeText(text);
    label->setFont(Fonts::title());
    return label;
}

QFrame* makeRule()
{
    auto* rule = new QFrame;
    rule->setObjectName(QStringLiteral("Rule"));
    rule->setFixedHeight(1);
    return rule;
}

QPushButton* makeSmallButton(const QString& text, const QString& icon)
{
    auto* button = new QPushButton(text);
    button->setProperty("small", true);
    button->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    button->setFixedHeight(24);
    if (!icon.isEmpty())
        button->setIcon(studioIcon(icon));
    button->setIconSize(QSize(12, 12));
    return button;
}

void addClearButton(QLineEdit& line)
{
    line.setClearButtonEnabled(true);
    // By Qt's own name for it: a line may have other actions. Qt leaves the button without a text.
    if (auto* clear = line.findChild<QAction*>(QStringLiteral("_q_qlineeditclearaction")))
        clear->setText(QCoreApplication::translate("PageParts", "Clear"));
}

QWidget* makeIcon(const QString& name, IconTone tone, int size)
{
    return new IconView(name, tone, size);
}

QWidget* makePanel(QVBoxLayout*& column)
{
    auto* panel = new QWidget;
    panel->setObjectName(QStringLiteral("Panel"));
    panel->setAttribute(Qt::WA_StyledBackground);
    column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    return panel;
}

QSplitter* makeColumns()
{
    return new PanelSplitter(Qt::Horizontal);
}

QWidget* addColumn(QSplitter* columns, QWidget* content, int minimumWidth, bool grows)
{
    QVBoxLayout* column = nullptr;
    QWidget* panel = makePanel(column);
    panel->setMinimumWidth(minimumWidth);
    column->addWidget(content);
    columns->addWidget(panel);
    columns->setStretchFactor(columns->count() - 1, grows ? 1 : 0);
    return panel;
}

QHBoxLayout* makePanelHeader()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 7, 12, 7);
    row->setSpacing(8);
    return row;
}

QVBoxLayout* makeSection(int top, int bottom)
{
    auto* column = new QVBoxLayout;
    column->setContentsMargins(12, top, 12, bottom);
    column->setSpacing(6);
    return column;
}

QScrollArea* makeScroll(QWidget* content, const QString& name)
{
    auto* area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setAccessibleName(name);
    content->setObjectName(QStringLiteral("ScrollBody"));
    content->setAttribute(Qt::WA_StyledBackground);
    area->setWidget(content);
    return area;
}

void askFolder(
    QWidget* parent, const QString& title, const QString& start, std::function<void(const QString& folder)> use)
{
    auto* dialog = new QFileDialog(parent, title, start);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, std::move(use));
    dialog->open();
}

} // namespace spectune

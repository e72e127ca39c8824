// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourCard.h"

#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/WaitBar.h"
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr int cardWidth = 404;
constexpr int narrowCardWidth = 356;
constexpr int usualWindow = 1400; ///< px, from here on there is room for the wide card
constexpr int arrowDepth = 12;
constexpr int arrowHalf = 9;
constexpr double corner = 5.0;
constexpr int dotPitch = 13;

void drawDots(QPainter& painter, QPointF left, std::size_t stop, std::size_t count)
{
    const Theme& theme = Theme::current();
    for (std::size_t i = 0; i < count; ++i) {
        painter.setPen(i < stop ? QPen(Qt::NoPen) : QPen(i == stop ? theme.focus : theme.fieldLine, 1.0));
        painter.setBrush(i < stop ? theme.text2 : i == stop ? theme.focus : QColor(Qt::transparent));
        painter.drawEllipse(left + QPointF(static_cast<double>(i) * dotPitch, 0), 3.5, 3.5);
    }
}

/// @param inside how far its base lies within the body, px
QPolygonF arrowOf(const QRectF& body, const CardPlace& place, double inside)
{
    const double at = place.arrowAt;
    switch (place.arrow) {
    case CardPlace::Arrow::Left:
        return {{body.left() + inside, body.top() + at - arrowHalf}, {body.left() - arrowDepth, body.top() + at},
            {body.left() + inside, body.top() + at + arrowHalf}};
    case CardPlace::Arrow::Right:
        return {{body.right() - inside, body.top() + at - arrowHalf}, {body.right() + arrowDepth, body.top() + at},
            {body.right() - inside, body.top() + at + arrowHalf}};
    case CardPlace::Arrow::Top:
        return {{body.left() + at - arrowHalf, body.top() + inside}, {body.left() + at, body.top() - arrowDepth},
            {body.left() + at + arrowHalf, body.top() + inside}};
    case CardPlace::Arrow::Bottom: break;
    }
    return {{body.left() + at - arrowHalf, body.bottom() - inside}, {body.left() + at, body.bottom() + arrowDepth},
        {body.left() + at + arrowHalf, body.bottom() - inside}};
}

QPainterPath outline(const QRectF& body, const CardPlace& place)
{
    QPainterPath path;
    path.addRoundedRect(body, corner, corner);
    QPainterPath tip;
    tip.addPolygon(arrowOf(body, place, 1.0)); // where both only touch, the edge between them stays
    tip.closeSubpath();
    return path.united(tip);
}

} // namespace

TourCard::TourCard(QWidget* window)
    : QWidget(window)
{
    setObjectName(QStringLiteral("TourCard"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(arrowDepth + 16, arrowDepth + 12, arrowDepth + 16, arrowDepth + 10);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(makeCaption(tr("Guided tour"), "second"));
    head->addStretch();
    m_number = makeCaption(QString(), "second");
    head->addWidget(m_number);
    column->addLayout(head);
    m_title = makeTitle(QString());
    column->addWidget(m_title);
    m_body = makeText(QString(), "second", true);
    column->addWidget(m_body);
    m_formula = new QWidget;
    m_formula->setObjectName(QStringLiteral("FormulaBox"));
    m_formula->setAttribute(Qt::WA_StyledBackground);
    m_lines = new QGridLayout(m_formula);
    m_lines->setContentsMargins(10, 8, 10, 8);
    m_lines->setHorizontalSpacing(8);
    m_lines->setVerticalSpacing(4);
    m_lines->setColumnStretch(1, 1);
    column->addWidget(m_formula);
    column->addWidget(makeWait());
    column->addWidget(makeRule());
    column->addWidget(makeFoot());
    fitWindow(window->width());
    setTabOrder(m_next, m_back);
    setTabOrder(m_back, m_skip);
    setTabOrder(m_skip, m_leave);
    hide();
}

QWidget* TourCard::makeWait()
{
    m_waitRow = new QWidget;
    auto* column = new QVBoxLayout(m_waitRow);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_what = makeHeading(QString());
    m_when = makeCaption(QString(), "second", true);
    m_bar = new WaitBar;
    column->addWidget(m_what);
    column->addWidget(m_when);
    column->addWidget(m_bar);
    return m_waitRow;
}

QWidget* TourCard::makeFoot()
{
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    m_leave = makeSmallButton(tr("Leave"));
    setRole(m_leave, "ghost");
    m_leave->setToolTip(tr("Leaves the tour and keeps the place (Esc)"));
    m_back = makeSmallButton(tr("Back"));
    m_back->setToolTip(tr("The stop before (Alt+Left)"));
    m_skip = makeSmallButton(tr("Skip the wait"));
    m_skip->setToolTip(tr("Goes on before it has happened"));
    m_next = makeSmallButton(tr("Next"));
    m_next->setToolTip(tr("The next stop (Alt+Right)"));
    row->addWidget(m_leave);
    m_run = new ElidedLabel; // it gives way, no button does
    m_run->setFont(Fonts::caption());
    setTone(m_run, "third");
    row->addWidget(m_run, 1);
    row->addStretch(); // where it is hidden
    row->addWidget(m_back);
    row->addWidget(m_skip);
    row->addWidget(m_next);
    for (QPushButton* button : {m_leave, m_back, m_skip, m_next})
        button->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_leave, &QPushButton::clicked, this, &TourCard::leaveWanted);
    connect(m_back, &QPushButton::clicked, this, &TourCard::backWanted);
    connect(m_skip, &QPushButton::clicked, this, &TourCard::skipWanted);
    connect(m_next, &QPushButton::clicked, this, &TourCard::nextWanted);
    return foot;
}

void TourCard::setPlaceInTour(std::size_t stop, std::size_t count)
{
    m_stop = stop;
    m_count = count;
    m_number->setText(tr("%1 of %2").arg(stop + 1).arg(count));
    if (stop == 0)
        passFocus(m_back, m_next->isEnabled() ? m_next : m_skip);
    m_back->setEnabled(stop > 0);
    m_next->setText(stop + 1 < count ? tr("Next") : tr("Finish"));
    update();
}

void TourCard::setText(const TourText& text)
{
    m_title->setText(text.title);
    m_body->setText(text.body);
    m_formula->setVisible(!text.formula.empty());
    while (m_lineLabels.size() < text.formula.size()) {
        std::array labels {makeCaption(QString(), "third"), makeCaption(QString(), "", true)};
        const int row = static_cast<int>(m_lineLabels.size());
        m_lines->addWidget(labels[0], row, 0, Qt::AlignTop);
        m_lines->addWidget(labels[1], row, 1);
        m_lineLabels.push_back(labels);
    }
    for (std::size_t i = 0; i < m_lineLabels.size(); ++i) {
        const bool used = i < text.formula.size();
        m_lineLabels[i][0]->setText(used ? text.formula[i].first : QString());
        m_lineLabels[i][1]->setText(used ? text.formula[i].second : QString());
        for (QLabel* label : m_lineLabels[i])
            label->setVisible(used);
    }
    setAccessibleName(spoken());
}

void TourCard::setWait(const TourWait& wait, const TourWaitText& text)
{
    const bool waits = wait.state != TourWait::State::Over && wait.state != TourWait::State::Impossible;
    m_waitRow->setVisible(!text.what.isEmpty());
    m_what->setText(text.what);
    m_when->setText(text.when);
    m_bar->setVisible(waits && wait.due > 0);
    m_bar->setProgress(wait.due > 0 ? static_cast<double>(wait.step) / static_cast<double>(wait.due) : 0.0);
    // Next keeps the keyboard: while it is off, the button that goes on all the same holds it.
    if (waits) {
        m_skip->show();
        passFocus(m_next, m_skip);
        m_next->setEnabled(false);
    } else {
        m_next->setEnabled(true);
        passFocus(m_skip, m_next);
        m_skip->hide();
    }
    m_run->setVisible(!waits); // what is waited for says that the run goes on
    setRole(m_next, waits ? "" : "primary");
}

void TourCard::setRunNote(const QString& text)
{
    m_run->setText(text);
    m_run->setToolTip(text);
}

// Before a button is turned off: Qt would hand its focus to the next one in the chain, which is Back. Asks the window,
// which remembers its focus while another window is active.
void TourCard::passFocus(QPushButton* from, QPushButton* to)
{
    if (window()->focusWidget() == from)
        to->setFocus(Qt::OtherFocusReason);
}

void TourCard::takeFocus()
{
    (m_next->isEnabled() ? m_next : m_skip)->setFocus(Qt::OtherFocusReason);
}

void TourCard::fitWindow(int width)
{
    setFixedWidth((width < usualWindow ? narrowCardWidth : cardWidth) + 2 * arrowDepth);
}

QSize TourCard::bodySize() const
{
    // A new text has only told its own layout so far; the card asks it for its height now.
    for (QLayout* inner : {m_formula->layout(), m_waitRow->layout(), layout()})
        inner->activate();
    const int height = heightForWidth(width());
    return QSize(width(), height > 0 ? height : sizeHint().height()) - QSize(2 * arrowDepth, 2 * arrowDepth);
}

void TourCard::standAt(const CardPlace& place)
{
    m_place = place;
    const QSize body = bodySize();
    setGeometry(QRect(place.position - QPoint(arrowDepth, arrowDepth), body + QSize(2 * arrowDepth, 2 * arrowDepth)));
    // Clicks beside the card and its arrow go to what lies below.
    const QRect inner = rect().adjusted(arrowDepth, arrowDepth, -arrowDepth, -arrowDepth);
    setMask(QRegion(inner)
        | QRegion(arrowOf(QRectF(inner), place, 0.0).boundingRect().toAlignedRect().adjusted(-1, -1, 1, 1)));
    update();
}

QString TourCard::spoken() const
{
    QString text = tr("Guided tour, %1: %2. %3").arg(m_number->text(), m_title->text(), m_body->text());
    for (const auto& labels : m_lineLabels)
        if (!labels[1]->text().isEmpty())
            text += QStringLiteral(" %1 %2.").arg(labels[0]->text(), labels[1]->text());
    return text;
}

void TourCard::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF body
        = QRectF(rect()).adjusted(arrowDepth + 0.5, arrowDepth + 0.5, -arrowDepth - 0.5, -arrowDepth - 0.5);
    painter.setPen(QPen(theme.text2, 1.0));
    painter.setBrush(theme.dark ? theme.raised : theme.panel);
    painter.drawPath(outline(body, m_place));
    drawDots(painter,
        {m_number->x() - 18.0 - dotPitch * static_cast<double>(m_count - 1), m_number->geometry().center().y() + 0.5},
        m_stop, m_count);
}

// A click on the card is the card's: it must not reach the plot below.
void TourCard::mousePressEvent(QMouseEvent* event)
{
    event->accept();
}

} // namespace spectune

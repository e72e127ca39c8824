// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FirstSteps.h"

#include "ui/PageParts.h"
#include "ui/Tour.h"
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {

/// One cell of the map as an example: a rank, a flag, or the hatch of rank 0.
class SampleCell : public QWidget {
public:
    enum Kind { Number, Lost, Zero };
    explicit SampleCell(Kind kind)
        : m_kind(kind)
    {
        setFixedSize(30, 22);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::current();
        QPainter painter(this);
        const QRectF cell = QRectF(rect()).adjusted(0, 0, 0, 0);
        const int rank = m_kind == Number ? 5 : m_kind == Lost ? 3 : 0;
        QColor ink = theme.text2;
        if (m_kind == Zero) {
            painter.fillRect(cell, theme.sunken);
            painter.setPen(QPen(theme.lineStrong, 0));
            painter.fillRect(cell, QBrush(theme.fieldLine, Qt::BDiagPattern));
            painter.drawRect(cell.adjusted(0, 0, -1, -1));
        } else {
            const QColor ground = theme.rankColor(rank, 8);
            painter.fillRect(cell, ground);
            ink = Theme::inkOn(ground);
        }
        if (m_kind == Lost) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.panel);
            painter.drawPolygon(QPolygonF({{30, 10}, {30, 22}, {18, 22}}));
            painter.setBrush(theme.prune);
            painter.drawPolygon(QPolygonF({{30, 13}, {30, 22}, {21, 22}}));
        }
        painter.setPen(ink);
        painter.setFont(Fonts::bodyMedium());
        painter.drawText(rect().adjusted(0, 0, m_kind == Lost ? -8 : 0, 0), Qt::AlignCenter, QString::number(rank));
    }

private:
    Kind m_kind;
};

void addReading(QVBoxLayout* column, SampleCell::Kind kind, const QString& text)
{
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    row->addWidget(new SampleCell(kind), 0, Qt::AlignTop);
    row->addWidget(makeCaption(text, "second", true), 1);
    column->addLayout(row);
}

} // namespace

QWidget* FirstSteps::makeTour()
{
    auto* block = new QWidget;
    auto* outer = new QVBoxLayout(block);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* section = makeSection();
    section->addWidget(makeHeading(tr("Guided tour")));
    section->addWidget(
        makeText(tr("%1 short stops on this run while it trains: what a triplet is, why it goes, why it may "
                    "return. It can be left at any moment.")
                     .arg(Tour::count()),
            "second", true));
    auto* row = new QHBoxLayout;
    m_tourButton = makeSmallButton(tr("Start with the tour"));
    auto* decline = makeSmallButton(tr("Do not offer again"));
    setRole(decline, "ghost");
    connect(m_tourButton, &QPushButton::clicked, this, &FirstSteps::tourWanted);
    connect(decline, &QPushButton::clicked, this, &FirstSteps::tourDeclined);
    row->addWidget(m_tourButton);
    row->addWidget(decline);
    row->addStretch();
    section->addLayout(row);
    outer->addLayout(section);
    outer->addWidget(makeRule());
    return block;
}

void FirstSteps::setTourOffered(bool offered)
{
    m_tour->setVisible(offered);
}

FirstSteps::FirstSteps(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makeSection(8, 8);
    head->setSpacing(1);
    head->addWidget(makeTitle(tr("Choose a cell")));
    head->addWidget(makeCaption(tr("to see its triplets, their scores and the threshold")));
    column->addLayout(head);
    column->addWidget(makeRule());
    auto* reading = makeSection();
    reading->setSpacing(9);
    reading->addWidget(makeHeading(tr("How to read the heatmap")));
    addReading(reading, SampleCell::Number,
        tr("One cell is one matrix. The number is its rank now; more rank stands out more."));
    addReading(reading, SampleCell::Lost,
        tr("A corner below: it lost triplets at the last event. A corner above: some came back."));
    addReading(reading, SampleCell::Zero, tr("Hatched: rank 0. The budget went to other matrices."));
    column->addLayout(reading);
    column->addWidget(makeRule());
    m_tour = makeTour();
    column->addWidget(m_tour);
    auto* own = makeSection();
    own->addWidget(makeHeading(tr("Or your own")));
    const auto addWay = [&](const QString& text, const QString& button, auto signal) {
        auto* row = new QHBoxLayout;
        row->addWidget(makeText(text, "second"), 1);
        auto* push = makeSmallButton(button);
        connect(push, &QPushButton::clicked, this, signal);
        row->addWidget(push);
        own->addLayout(row);
    };
    addWay(tr("Train another model or dataset"), tr("Set up…"), &FirstSteps::setupWanted);
    addWay(tr("Look at a recorded run"), tr("Open run…"), &FirstSteps::openRunWanted);
    column->addLayout(own);
    column->addStretch();
}

} // namespace spectune

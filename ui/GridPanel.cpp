// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GridPanel.h"

#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/Segmented.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/Theme.h"

#include <QActionGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace spectune {

namespace {

constexpr int flagsFrom = 446; ///< pixels of the panel; below it they have a line of their own
constexpr int headerRest = 24 + 28 + 4 * 8; ///< margins, the menu's button and the gaps of the header
constexpr int orthogonality = 3; ///< in the row of modes

QStringList modeNames(const QString& orth)
{
    return {GridPanel::tr("Rank"), GridPanel::tr("Importance"), QStringLiteral("|λ|"), orth, GridPanel::tr("Revivals")};
}

/// "lost" and "back" with their marks, above the heatmap.
class FlagKey : public QWidget {
public:
    /// @param lead what comes before the marks; empty: nothing
    explicit FlagKey(const QString& lead)
    {
        setObjectName(QStringLiteral("flagKey"));
        setToolTip(GridPanel::tr("Since the last masking event. Lost: the matrix lost triplets (lower corner; right or "
                                 "lower end of a small cell). Back: triplets came back (upper corner; left or upper "
                                 "end)."));
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(10);
        if (!lead.isEmpty())
            row->addWidget(makeCaption(lead));
        auto* lost = makeCaption(GridPanel::tr("lost"), "second");
        auto* back = makeCaption(GridPanel::tr("back"), "second");
        lost->setIndent(12);
        back->setIndent(12);
        row->addWidget(lost);
        row->addWidget(back);
        m_labels[0] = lost;
        m_labels[1] = back;
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::current();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        for (int i = 0; i < 2; ++i) {
            const double x = m_labels[i]->x();
            const double y = height() / 2.0 - 4;
            painter.setBrush(i == 0 ? theme.prune : theme.revive);
            painter.drawPolygon(i == 0 ? QPolygonF({{x + 8, y}, {x + 8, y + 8}, {x, y + 8}})
                                       : QPolygonF({{x, y}, {x + 8, y}, {x + 8, y + 8}}));
        }
    }

private:
    QLabel* m_labels[2] = {};
};

} // namespace

GridPanel::GridPanel(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    m_modes = new Segmented(modeNames(tr("Orth.")));
    m_modes->setToolTips({tr("Kept triplets (1)"), tr("Σ S over the kept triplets (2)"), tr("Σ |λ| (3)"),
        tr("Orthogonality error ‖PᵀP − I‖ + ‖QQᵀ − I‖ (4)"), tr("Triplets that came back at least once (5)")});
    m_modes->setCurrent(0);
    header->addWidget(m_modes);
    header->addStretch();
    m_flags = new FlagKey(QString());
    header->addWidget(m_flags);
    m_grid = new RankGrid;
    m_grid->setAccessibleName(tr("Ranks by layer and matrix"));
    header->addWidget(makeMenuButton(makeMenu(), tr("Heatmap: way round, zoom, copy, save")));
    column->addLayout(header);
    m_flagsBelow = new FlagKey(tr("At the last event"));
    m_flagsBelow->hide(); // until the width is known
    auto* below = new QHBoxLayout;
    below->setContentsMargins(12, 0, 12, 0);
    below->addWidget(m_flagsBelow);
    below->addStretch();
    column->addLayout(below);
    auto* body = new QHBoxLayout;
    body->setContentsMargins(8, 0, 8, 8);
    body->addWidget(m_grid);
    column->addLayout(body, 1);
    m_nearest = makeSmallButton(QString());
    m_nearest->setParent(m_grid);
    m_nearest->setObjectName(QStringLiteral("NearestScores"));
    m_nearest->setToolTip(tr("Shows the nearest step whose scores were kept"));
    m_nearest->hide();
    m_grid->installEventFilter(this);
    connect(m_nearest, &QPushButton::clicked, this, [this] { Q_EMIT stepWanted(m_nearestStep); });
    connect(m_grid, &RankGrid::missingTextChanged, this, [this] {
        refreshKeys();
        placeNearest();
    });
    connect(m_modes, &Segmented::chosen, this, &GridPanel::setMode);
}

QMenu* GridPanel::makeMenu()
{
    auto* menu = new QMenu(this);
    auto* ways = new QActionGroup(menu);
    QAction* layers = menu->addAction(tr("&Layers as rows"), this, [this] { m_grid->setTransposed(false); });
    QAction* matrices = menu->addAction(tr("&Matrices as rows"), this, [this] { m_grid->setTransposed(true); });
    for (QAction* way : {layers, matrices}) {
        way->setCheckable(true);
        ways->addAction(way);
    }
    menu->addSeparator();
    const auto middle
        = [this] { return m_grid->gridGeometry().request.firstLayer + m_grid->gridGeometry().visibleLayers() / 2.0; };
    menu->addAction(tr("Closer\t+"), this, [this, middle] { m_grid->zoomBy(1.6, middle()); });
    menu->addAction(tr("Further\t−"), this, [this, middle] { m_grid->zoomBy(1.0 / 1.6, middle()); });
    QAction* all = menu->addAction(tr("All layers\t0"), this, [this] { m_grid->showAllLayers(); });
    QAction* fades = menu->addAction(tr("Changes &fade in"));
    fades->setCheckable(true);
    connect(fades, &QAction::triggered, this, [this](bool on) { Q_EMIT reducedMotionWanted(!on); });
    menu->addSeparator();
    addPictureActions(*menu, *this,
        {.name = [this] { return m_name.isEmpty() ? tr("ranks") : m_name + tr("-ranks"); },
            .size = [this] { return m_grid->size(); },
            .paint = [this](QPaintDevice& device, QSize size) { m_grid->paintOn(device, size); },
            .csv = [this] { return [csv = m_grid->toCsv()] { return csv; }; }},
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    connect(menu, &QMenu::aboutToShow, this, [this, layers, matrices, all, fades] {
        fades->setChecked(!m_grid->hasReducedMotion());
        (m_grid->isTransposed() ? matrices : layers)->setChecked(true);
        all->setEnabled(m_grid->isZoomed());
    });
    openByRightClick(*m_grid, *menu);
    return menu;
}

void GridPanel::setMode(int mode)
{
    m_modes->setCurrent(mode);
    m_grid->setMode(static_cast<GridMode>(mode));
}

void GridPanel::setNearestScores(std::int64_t step)
{
    m_nearestStep = step;
    placeNearest();
}

void GridPanel::placeNearest()
{
    const QString words = m_grid->missingText();
    const QRectF area = m_grid->gridGeometry().legend();
    m_nearest->setText(tr("Go to step %1").arg(formatCount(m_nearestStep)));
    m_nearest->adjustSize();
    const double left = area.left() + tabularWidth(Fonts::body(), words) + 12.0;
    m_nearest->move(qRound(left), qRound(area.top() + 4.0 + (area.height() - m_nearest->height()) / 2.0));
    m_nearest->setVisible(m_nearestStep >= 0 && !words.isEmpty() && left + m_nearest->width() <= m_grid->width());
}

// Where the mode has no values there are no marks either; their key keeps its place, so that the grid keeps its own.
void GridPanel::refreshKeys()
{
    const bool marks = m_grid->missingText().isEmpty();
    const bool above = width() >= flagsFrom;
    const auto show = [marks](QWidget* key, bool here) {
        QSizePolicy policy = key->sizePolicy();
        policy.setRetainSizeWhenHidden(here);
        key->setSizePolicy(policy);
        key->setVisible(here && marks);
    };
    show(m_flags, above);
    show(m_flagsBelow, !above);
}

void GridPanel::resizeEvent(QResizeEvent* event)
{
    const int room = width() - headerRest - m_flags->sizeHint().width();
    const QString whole = tr("Orthogonality");
    m_modes->setLabel(orthogonality, Segmented::leastWidth(modeNames(whole)) <= room ? whole : tr("Orth."));
    refreshKeys();
    QWidget::resizeEvent(event);
}

bool GridPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_grid && event->type() == QEvent::Resize)
        placeNearest();
    return QWidget::eventFilter(watched, event);
}

} // namespace spectune

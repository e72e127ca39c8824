// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/AnimationWindow.h"

#include "ui/HomePath.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "visualization/NumberFormat.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDirIterator>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr QSize sizes[] {{960, 540}, {1280, 720}, {1920, 1080}};
constexpr AnimationFormat formats[] {AnimationFormat::Gif, AnimationFormat::WebP, AnimationFormat::PngFolder};
constexpr int fieldInset = 2; // px that a line of text has before it and a choice has not
constexpr int rates[] {2, 5, 10, 20}; // frames a second
constexpr int gatherFor = 200; // ms
constexpr int frameCounts[] {60, 150, 400, 1000};

double bytesOf(const QString& path)
{
    const QFileInfo info(path);
    if (!info.isDir())
        return static_cast<double>(info.size());
    double bytes = 0.0;
    for (QDirIterator files(path, QDir::Files); files.hasNext();) {
        files.next();
        bytes += static_cast<double>(files.fileInfo().size());
    }
    return bytes;
}

} // namespace

AnimationWindow::AnimationWindow(RunModel& run, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_run(run)
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setWindowTitle(tr("Animation of this run"));
    resize(560, 340);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = new QVBoxLayout;
    head->setContentsMargins(18, 12, 18, 12);
    head->setSpacing(2);
    head->addWidget(makeTitle(tr("Animation")));
    m_length = makeCaption(QString(), "second", true);
    head->addWidget(m_length);
    column->addLayout(head);
    column->addWidget(makeRule());
    column->addWidget(makeFields());
    column->addStretch();
    column->addWidget(makeRule());
    column->addWidget(makeFoot());
    connectAll();
    refresh();
}

QWidget* AnimationWindow::makeFields()
{
    auto* fields = new QWidget;
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(18, 14, 18, 14);
    form->setHorizontalSpacing(18);
    form->setVerticalSpacing(10);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_format = new Segmented({tr("GIF"), tr("WebP"), tr("PNG files")});
    m_format->setToolTips({tr("Plays everywhere; 256 colours a frame"), tr("Without loss, in browsers and viewers"),
        tr("A folder of pictures, for a film program")});
    m_format->setCurrent(0);
    m_size = new Segmented({QStringLiteral("960 × 540"), QStringLiteral("1280 × 720"), QStringLiteral("1920 × 1080")});
    m_size->setCurrent(1);
    m_curves = new QCheckBox(tr("Loss and budget beside the heatmap"));
    m_curves->setChecked(true);
    m_most = new QComboBox;
    for (const int count : frameCounts)
        m_most->addItem(tr("at most %1").arg(formatCount(count)));
    m_most->setCurrentIndex(1);
    m_speed = new QComboBox;
    for (const int rate : rates)
        m_speed->addItem(tr("%1 frames a second").arg(rate));
    m_speed->setCurrentIndex(1);
    for (QComboBox* choice : {m_most, m_speed})
        choice->setFixedWidth(190);
    auto* place = new QHBoxLayout;
    place->setSpacing(6);
    m_path = new QLineEdit;
    m_path->setTextMargins(-fieldInset, 0, 0, 0); // its text in line with the choices' above
    m_choose = makeSmallButton(tr("Choose…"), QStringLiteral("folder"));
    m_choose->setFixedHeight(26); // as the field
    place->addWidget(m_path, 1);
    place->addWidget(m_choose);
    const auto add = [form](const QString& name, QWidget* field, auto* content) {
        auto* label = makeText(name, "second");
        label->setBuddy(field);
        label->setMinimumHeight(24);
        form->addRow(label, content);
    };
    add(tr("Format"), m_format, m_format);
    add(tr("Size"), m_size, m_size);
    add(tr("Shows"), m_curves, m_curves);
    add(tr("Frames"), m_most, m_most);
    add(tr("Speed"), m_speed, m_speed);
    add(tr("File"), m_path, place);
    return fields;
}

QWidget* AnimationWindow::makeFoot()
{
    auto* foot = new QWidget;
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_progress = new QProgressBar;
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_progress->setVisible(false);
    column->addWidget(m_progress);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(18, 12, 18, 12);
    row->setSpacing(12);
    m_message = makeCaption(QString(), "second", true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_start = new QPushButton;
    m_start->setMinimumWidth(96);
    m_start->setFixedHeight(28);
    auto* close = new QPushButton(tr("Close"));
    close->setFixedHeight(28);
    connect(close, &QPushButton::clicked, this, &QWidget::close);
    row->addWidget(m_message, 1);
    row->addWidget(close);
    row->addWidget(m_start);
    column->addLayout(row);
    return foot;
}

void AnimationWindow::connectAll()
{
    connect(m_choose, &QPushButton::clicked, this, &AnimationWindow::browse);
    connect(m_start, &QPushButton::clicked, this, &AnimationWindow::startOrCancel);
    connect(m_format, &Segmented::chosen, this, [this] {
        setPath(m_path->text());
        refresh();
    });
    connect(m_most, &QComboBox::currentIndexChanged, this, &AnimationWindow::refresh);
    connect(m_speed, &QComboBox::currentIndexChanged, this, &AnimationWindow::refresh);
    connect(&m_work, &AnimationExport::ended, this, &AnimationWindow::takeEnd);
    connect(&m_work, &AnimationExport::progressed, this, [this](int done, int total) {
        m_progress->setMaximum(total);
        m_progress->setValue(done);
        m_message->setText(tr("Frame %1 of %2").arg(formatCount(done), formatCount(total)));
    });
    connect(&m_run, &RunModel::reset, this, [this] {
        m_work.cancel(); // its frames were of another run
        takeFolder();
        refresh();
    });
    // Events come many at a time; the first step alone opens what there is to save at once.
    m_soon.setSingleShot(true);
    m_soon.setInterval(gatherFor);
    connect(&m_soon, &QTimer::timeout, this, &AnimationWindow::refresh);
    const auto soon = [this] {
        if (isVisible() && !m_soon.isActive())
            m_soon.start();
    };
    connect(&m_run, &RunModel::eventAppended, this, soon);
    connect(&m_run, &RunModel::stateChanged, this, soon);
    connect(&m_run, &RunModel::metricsAppended, this, [this] {
        if (isVisible() && !m_start->isEnabled())
            refresh();
    });
}

void AnimationWindow::showEvent(QShowEvent* event)
{
    takeFolder();
    refresh();
    QWidget::showEvent(event);
}

void AnimationWindow::takeFolder()
{
    const QString folder = m_run.folder().isEmpty() ? QDir::currentPath() : m_run.folder();
    if (folder == m_source && !m_path->text().isEmpty())
        return;
    m_source = folder;
    m_agreed.clear();
    setPath(QDir(folder).filePath(tr("animation")));
}

bool AnimationWindow::wouldOverwrite() const
{
    return format() != AnimationFormat::PngFolder && QFileInfo::exists(m_path->text()) && m_path->text() != m_agreed;
}

void AnimationWindow::setLook(GridMode mode, bool transposed)
{
    m_look.mode = mode;
    m_look.transposed = transposed;
}

AnimationFormat AnimationWindow::format() const
{
    return formats[m_format->current()];
}

void AnimationWindow::setFormat(AnimationFormat format)
{
    m_format->setCurrent(static_cast<int>(format));
    setPath(m_path->text());
    refresh();
}

QString AnimationWindow::saveText() const
{
    switch (format()) {
    case AnimationFormat::Gif: return tr("Save GIF");
    case AnimationFormat::WebP: return tr("Save WebP");
    case AnimationFormat::PngFolder: break;
    }
    return tr("Save PNGs");
}

QString AnimationWindow::withEnding(const QString& path) const
{
    QString bare = path;
    for (const char* ending : {".gif", ".webp"})
        if (bare.endsWith(QLatin1String(ending), Qt::CaseInsensitive))
            bare.chop(static_cast<qsizetype>(qstrlen(ending)));
    return format() == AnimationFormat::Gif ? bare + QStringLiteral(".gif")
        : format() == AnimationFormat::WebP ? bare + QStringLiteral(".webp")
                                            : bare;
}

void AnimationWindow::setPath(const QString& path)
{
    m_path->setText(withEnding(withHome(path)));
}

void AnimationWindow::browse()
{
    auto* dialog = new QFileDialog(this, tr("Animation"), m_path->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        setPath(path);
        m_agreed = m_path->text() == path ? path : QString(); // the dialog asks about a file of that very name
        refresh();
    });
    dialog->open();
}

std::vector<std::int64_t> AnimationWindow::steps() const
{
    return ReplayFrames::moments(m_run, static_cast<std::size_t>(frameCounts[m_most->currentIndex()]));
}

void AnimationWindow::refresh()
{
    const bool running = m_work.isRunning();
    m_start->setText(running ? tr("Cancel") : saveText());
    setRole(m_start, running ? "" : "primary");
    m_start->setEnabled(running || (m_run.step() > 0 && m_run.layout()));
    for (QWidget* field :
        std::initializer_list<QWidget*> {m_format, m_size, m_curves, m_most, m_speed, m_path, m_choose})
        field->setEnabled(!running);
    m_progress->setVisible(running);
    if (m_run.step() < 1) {
        m_length->setText(tr("There is nothing to show before the first step."));
        return;
    }
    const std::size_t frames = steps().size();
    const double seconds = static_cast<double>(frames) / rates[m_speed->currentIndex()];
    m_length->setText(
        tr("%1: %2 frames, %3 masking events, %4 s")
            .arg(m_run.name(), formatCount(static_cast<std::int64_t>(frames)),
                formatCount(static_cast<std::int64_t>(m_run.history().events.size())), formatFixed(seconds, 1)));
}

void AnimationWindow::startOrCancel()
{
    if (m_work.isRunning()) {
        m_message->setText(tr("Cancelling…"));
        m_work.cancel();
        return;
    }
    setPath(m_path->text());
    const QFileInfo target(m_path->text());
    if (format() == AnimationFormat::PngFolder && target.exists()) {
        m_message->setText(tr("%1 exists. Choose another folder.").arg(target.filePath()));
        return;
    }
    if (wouldOverwrite()) {
        m_agreed = m_path->text();
        m_message->setText(
            tr("%1 exists. “%2” again replaces it; or choose another file.").arg(target.filePath(), saveText()));
        return;
    }
    m_agreed.clear();
    m_look.size = sizes[m_size->current()];
    m_look.curves = m_curves->isChecked();
    m_progress->setValue(0);
    m_message->setText(tr("Beginning…"));
    m_work.begin(m_run, m_look, steps(), format(), m_path->text(), 1000 / rates[m_speed->currentIndex()]);
    refresh();
}

void AnimationWindow::takeEnd(bool written, const QString& problem)
{
    m_progress->setValue(written ? m_progress->maximum() : 0);
    m_message->setText(written  ? tr("Saved as %1 (%2).").arg(m_path->text(), formatMB(bytesOf(m_path->text())))
            : problem.isEmpty() ? tr("Cancelled; nothing was kept.")
                                : problem);
    refresh();
}

QString AnimationWindow::message() const
{
    return m_message->text();
}

} // namespace spectune

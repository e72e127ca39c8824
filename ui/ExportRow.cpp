// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ExportRow.h"

#include "ui/ExportTexts.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/Segmented.h"
#include "ui/StateMarkView.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {
constexpr int markGap = 6; ///< px, between the mark and its words
constexpr std::int64_t mostUnasked = 1'000'000'000; ///< bytes
} // namespace

ExportRow::ExportRow(const QString& format, QWidget* parent)
    : QWidget(parent)
    , m_format(format)
{
    setMinimumHeight(70);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(18, 8, 18, 8);
    row->setSpacing(gap);
    m_box = new QCheckBox;
    m_box->setFixedWidth(boxWidth);
    m_box->setChecked(true);
    row->addWidget(m_box, 0, Qt::AlignVCenter);

    auto* names = new QVBoxLayout;
    names->setSpacing(1);
    m_name = makeHeading(QString());
    auto* mono = makeCaption(format);
    mono->setFont(Fonts::mono());
    names->addStretch();
    names->addWidget(m_name);
    names->addWidget(mono);
    names->addStretch();
    m_name->setFixedWidth(nameWidth);
    row->addLayout(names);

    auto* readers = new QVBoxLayout;
    readers->setSpacing(4);
    m_readBy = makeText(QString(), "second", true);
    readers->addStretch();
    readers->addWidget(m_readBy);
    readers->addWidget(makeVllm());
    if (format == QLatin1String("merged")) {
        m_type = new Segmented({tr("As stored"), QStringLiteral("float32")});
        m_type->setAccessibleName(tr("Type of the merged weights"));
        m_type->setToolTips(
            {tr("The same size as the base. Rounding W0 + ΔW costs a part of ΔW."), tr("Twice the size; ΔW is kept.")});
        m_type->setCurrent(0);
        m_type->hide();
        readers->addWidget(m_type, 0, Qt::AlignLeft);
        connect(m_type, &Segmented::chosen, this, [this](int index) { Q_EMIT float32Chosen(index == 1); });
    }
    readers->addStretch();
    row->addLayout(readers, 1);

    m_size = makeText(QString());
    m_size->setFixedWidth(sizeWidth);
    m_size->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* size = new QVBoxLayout; // as what is beside it: an odd pixel goes to the same side
    size->addStretch();
    size->addWidget(m_size);
    size->addStretch();
    row->addLayout(size);
    row->addWidget(makeCheck());
    connect(m_box, &QCheckBox::toggled, this, &ExportRow::chosenChanged);
    connect(m_box, &QCheckBox::clicked, this, [this] { m_decided = true; });
    reset();
}

QWidget* ExportRow::makeVllm()
{
    m_vllm = new QWidget;
    auto* row = new QHBoxLayout(m_vllm);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(makeCaption(tr("for vLLM"), "third"));
    m_option = makeCaption(QString(), "second");
    m_option->setObjectName(QStringLiteral("VllmOption"));
    m_option->setFont(Fonts::mono()); // the interface's font draws two hyphens as one dash
    m_option->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    row->addWidget(m_option);
    row->addStretch();
    m_vllm->hide();
    return m_vllm;
}

QWidget* ExportRow::makeCheck()
{
    auto* check = new QWidget;
    check->setFixedWidth(checkWidth);
    auto* column = new QVBoxLayout(check);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* top = new QHBoxLayout;
    top->setSpacing(markGap);
    m_mark = new StateMarkView;
    m_headline = makeText(QString(), "", true);
    m_cancel = makeSmallButton(tr("Cancel"));
    m_cancel->setAccessibleName(tr("Cancel the export as %1").arg(m_format));
    top->addWidget(m_mark, 0, Qt::AlignTop);
    top->addWidget(m_headline, 1);
    top->addWidget(m_cancel, 0, Qt::AlignTop);
    m_detail = makeCaption(QString(), "third", true);
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(4);
    column->addStretch();
    column->addLayout(top);
    column->addWidget(m_detail);
    column->addWidget(m_bar);
    column->addStretch();
    connect(m_cancel, &QPushButton::clicked, this, &ExportRow::cancelTriggered);
    return check;
}

bool ExportRow::isChosen() const
{
    return m_box->isChecked();
}

QString ExportRow::name() const
{
    return m_name->text();
}

void ExportRow::setFacts(const ExportFacts& facts)
{
    m_facts = facts;
    const QString name = ExportTexts::name(m_format, facts);
    m_name->setText(name);
    m_box->setAccessibleName(name);
    m_readBy->setText(ExportTexts::readBy(m_format, facts));
    const QString option = ExportTexts::vllmOption(m_format, facts);
    m_option->setText(option);
    m_option->setAccessibleName(tr("Option for vLLM: %1").arg(option));
    m_vllm->setVisible(!option.isEmpty());
    if (m_type)
        m_type->setVisible(facts.hasHalfBase());
    if (!m_decided && m_stage == Stage::Ready) // a whole model of that size is written when it is asked for
        m_box->setChecked(m_format != QLatin1String("merged") || facts.expectedBytes(m_format) <= mostUnasked);
    if (m_stage != Stage::Done && m_stage != Stage::Differs)
        m_size->setText(ExportTexts::expectedSize(m_format, facts));
}

void ExportRow::reset()
{
    m_size->setText(ExportTexts::expectedSize(m_format, m_facts));
    present(Stage::Ready, tr("Not written yet"), QString());
}

void ExportRow::setQueued(const QString& waitsFor)
{
    present(Stage::Queued, waitsFor, QString());
    m_bar->setRange(0, 1);
    m_bar->setValue(0);
}

void ExportRow::setProgress(const PreparationProgress& progress)
{
    QString text = messageWords(progress.stage);
    if (progress.total > 0)
        text = tr("%1, %2 of %3").arg(text, formatCount(progress.done), formatCount(progress.total));
    present(Stage::Working, text, QString());
    m_bar->setRange(0, static_cast<int>(std::max<std::int64_t>(progress.total, 1)));
    m_bar->setValue(static_cast<int>(progress.done));
}

void ExportRow::setReport(const ExportReport& report)
{
    m_size->setText(formatFileSize(static_cast<double>(report.bytes)));
    present(report.verified ? Stage::Done : Stage::Differs, ExportTexts::outcome(report), ExportTexts::detail(report));
    QString tip = QString::fromStdString(report.path);
    if (!report.note.empty())
        tip += QLatin1Char('\n') + messageWords(report.note);
    setToolTip(tip);
}

void ExportRow::setFailure(const Failure& failure)
{
    const bool cancelled = failure.isCancelled();
    m_failureKind = failure.kind;
    QString text = cancelled ? tr("Cancelled; nothing was kept") : messageWords(failure.message);
    present(cancelled ? Stage::Cancelled : Stage::Failed, text.replace(QLatin1Char('/'), QStringLiteral("/\u200B")),
        QString()); // a path may break after each folder
}

void ExportRow::present(Stage stage, const QString& headline, const QString& detail)
{
    m_stage = stage;
    m_headline->setText(headline);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    const bool wrong = stage == Stage::Differs || stage == Stage::Failed;
    setTone(m_headline,
        wrong                                                    ? "error"
            : stage == Stage::Ready || stage == Stage::Cancelled ? "third"
            : isBusy()                                           ? "second"
                                                                 : "");
    m_mark->setVisible(wrong || stage == Stage::Done);
    m_detail->setContentsMargins(m_mark->isHidden() ? 0 : m_mark->width() + markGap, 0, 0, 0); // below the words
    m_mark->setMark(wrong ? StateMark::Cross : StateMark::Tick);
    m_bar->setVisible(isBusy());
    m_cancel->setVisible(isBusy());
    m_box->setEnabled(!isBusy());
    if (m_type)
        m_type->setEnabled(!isBusy());
    setToolTip(QString());
    update();
}

void ExportRow::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    if (isBusy())
        painter.fillRect(rect(), theme.sunken);
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
// How the set-up page looks: right edges that stand in line, placeholders that can be read, one name for a field.
#include "tests/ui/SceneEngine.h"
#include "tests/ui/Spoken.h"
#include "training/config/FieldTable.h"
#include "ui/BudgetPanel.h"
#include "ui/ConfigForm.h"
#include "ui/DataPanel.h"
#include "ui/EffectiveScale.h"
#include "ui/ElidedButton.h"
#include "ui/FieldEditor.h"
#include "ui/FieldLine.h"
#include "ui/FieldTexts.h"
#include "ui/IssueList.h"
#include "ui/PresetBar.h"
#include "ui/ScrollGutter.h"
#include "ui/Segmented.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/StudioStyle.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QComboBox>
#include <QCoreApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace spectune;
using spectune::test::spokenName;

class TestSetupLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void placeholdersCanBeRead_data();
    void placeholdersCanBeRead();
    void aFixedBlockLeavesTheScrollBarsWidth();
    void fieldsOfAColumnEndTogether();
    void emptyColumnsNameTheirDefault();
    void aFieldHasOneName_data();
    void aFieldHasOneName();
    void everyTabStopHasAName();
    void choicesInARowTakeTheKeyboard();
    void aChoiceFollowsItsValueWithTheKeyboard();
    void labelsFitTheNarrowestWindow();
    void numbersAreNotElided();
    void everyChoiceCanBeRead();
    void oneThingHasOneName();
    void whatAPresetIsForIsRead();

private:
    std::unique_ptr<ConfigForm> m_form;
    std::unique_ptr<SetupPage> m_page;
};

void TestSetupLook::init()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    m_form = std::make_unique<ConfigForm>();
    m_page = std::make_unique<SetupPage>(*m_form);
    m_form->setModel(test::sceneModel(6));
    m_page->resize(1280, 640);
    m_page->applyDefaultWidths(1280);
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
}

void TestSetupLook::cleanup()
{
    m_page.reset();
    m_form.reset();
}

void TestSetupLook::placeholdersCanBeRead_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::newRow("dark") << ThemeChoice::Dark;
    QTest::newRow("light") << ThemeChoice::Light;
}

void TestSetupLook::placeholdersCanBeRead()
{
    QFETCH(const ThemeChoice, theme);
    QLineEdit line;
    QPlainTextEdit text;
    for (QWidget* field : std::initializer_list<QWidget*> {&line, &text})
        field->show();
    applyTheme(*qApp, theme); // also where the field was there before
    const Theme& colors = Theme::current();
    const QColor ground = colors.dark ? colors.sunken : colors.raised;
    for (const QWidget* field : std::initializer_list<const QWidget*> {&line, &text}) {
        const QColor placeholder = field->palette().color(QPalette::PlaceholderText);
        QCOMPARE(placeholder.alpha(), 255);
        QVERIFY2(Theme::contrast(placeholder, ground) >= 4.5, qPrintable(placeholder.name()));
        QCOMPARE(field->palette().color(QPalette::Text).name(), colors.text.name());
    }
}

void TestSetupLook::aFixedBlockLeavesTheScrollBarsWidth()
{
    QWidget panel;
    auto* column = new QVBoxLayout(&panel);
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    auto* body = new QWidget;
    area->setWidget(body);
    column->addWidget(area, 1);
    auto* block = new QVBoxLayout;
    block->setContentsMargins(12, 4, 12, 4);
    column->addLayout(block);
    new ScrollGutter(*area, *block);
    panel.resize(300, 300);
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    QCOMPARE(block->contentsMargins().right(), 12);
    body->setMinimumHeight(900);
    QTRY_VERIFY(area->verticalScrollBar()->isVisible());
    QTRY_COMPARE(block->contentsMargins().right(), 12 + area->verticalScrollBar()->width());
    QCOMPARE(block->contentsMargins().left(), 12);
    panel.setStyleSheet("QScrollBar:vertical { width: 7px; }"); // as a first window gets its sheet once it is built
    QTRY_COMPARE(area->verticalScrollBar()->width(), 7);
    QTRY_COMPARE(block->contentsMargins().right(), 12 + 7);
    body->setMinimumHeight(10);
    QTRY_COMPARE(block->contentsMargins().right(), 12);
}

void TestSetupLook::fieldsOfAColumnEndTogether()
{
    const auto right = [this](const char* key) {
        const auto* line = m_page->fields().find(key)->findChild<FieldLine*>();
        return line->mapTo(m_page.get(), QPoint(line->width(), 0)).x();
    };
    QTRY_COMPARE(right("train.seed"), right("data.path")); // one is fixed, the other scrolls
}

void TestSetupLook::emptyColumnsNameTheirDefault()
{
    const auto placeholder
        = [this](const char* key) { return m_page->fields().find(key)->findChild<QLineEdit*>()->placeholderText(); };
    QCOMPARE(placeholder("data.columns.prompt"), "prompt");
    QCOMPARE(placeholder("data.columns.completion"), "completion");
    QCOMPARE(placeholder("data.template"), "");
}

void TestSetupLook::aFieldHasOneName_data()
{
    QTest::addColumn<QString>("key");
    for (const FieldInfo& info : fields())
        QTest::newRow(std::string(info.key).c_str()) << QString::fromUtf8(info.key);
}

void TestSetupLook::aFieldHasOneName()
{
    QFETCH(const QString, key);
    const FieldInfo& info = *findField(key.toStdString());
    const FieldEditor editor(*m_form, key);
    const QString name = fieldLabel(info);
    if (info.type != FieldType::Boolean)
        QCOMPARE(editor.control().findChild<QLabel*>()->text(), name);
    QCOMPARE(editor.control().focusProxy()->accessibleName(), name); // of what the keyboard goes to
    QCOMPARE(editor.control().focusProxy()->accessibleDescription(), fieldHelp(info));
    for (const FieldInfo& other : fields())
        QVERIFY2(other.key == info.key || fieldLabel(other) != name, qPrintable(name));
}

void TestSetupLook::everyTabStopHasAName()
{
    const test::TabStops stops = test::tabStops(*m_page, test::TabStopsOf::AllThereIs);
    QVERIFY2(stops.nameless.isEmpty(), qPrintable(stops.nameless.join('\n')));
    int editors = 0;
    for (const FieldInfo& info : fields()) {
        const FieldEditor* editor = m_page->fields().find(QString::fromUtf8(info.key));
        if (!editor)
            continue; // the grid of targets shows it
        ++editors;
        QWidget* focused = editor->control().focusProxy();
        QCOMPARE(spokenName(focused), fieldLabel(info));
        if (!qobject_cast<Segmented*>(focused))
            continue;
        const auto buttons = focused->findChildren<QToolButton*>();
        QVERIFY(!buttons.isEmpty());
        for (QToolButton* button : buttons)
            QCOMPARE(spokenName(button), fieldLabel(info) + ": " + button->text());
    }
    QVERIFY2(
        editors > 30 && stops.count > editors, qPrintable(QStringLiteral("%1 of %2").arg(editors).arg(stops.count)));
}

void TestSetupLook::choicesInARowTakeTheKeyboard()
{
    m_page->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    int rows = 0;
    for (const FieldInfo& info : fields()) { // F8 and a card of the issues go to a field so
        const QString key = QString::fromUtf8(info.key);
        const FieldEditor* editor = m_page->fields().find(key);
        const auto* row = editor ? editor->findChild<Segmented*>() : nullptr;
        if (!row || !row->isVisible() || !row->isEnabled())
            continue;
        ++rows;
        m_page->fields().focus(key);
        const auto buttons = row->findChildren<QToolButton*>();
        const int before = row->current();
        QVERIFY2(before >= 0, qPrintable(key));
        QCOMPARE(QApplication::focusWidget(), buttons.at(before));
        const int wanted = before + 1 < buttons.size() ? before + 1 : before - 1;
        QTest::keyClick(QApplication::focusWidget(), wanted > before ? Qt::Key_Right : Qt::Key_Left);
        QCOMPARE(row->current(), wanted);
        QCOMPARE(QApplication::focusWidget(), buttons.at(wanted));
        QVERIFY2(m_form->value(key) == FieldValue {std::string(info.choices[static_cast<std::size_t>(wanted)])},
            qPrintable(key));
    }
    QVERIFY(rows > 0);
}

void TestSetupLook::aChoiceFollowsItsValueWithTheKeyboard()
{
    Segmented row({"one", "two", "three"});
    row.show();
    row.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&row));
    const auto buttons = row.findChildren<QToolButton*>();
    row.setFocus(Qt::OtherFocusReason); // nothing is chosen yet
    QCOMPARE(QApplication::focusWidget(), buttons.at(0));
    const QImage without = buttons.at(1)->grab().toImage();
    row.setCurrent(1);
    QCOMPARE(QApplication::focusWidget(), buttons.at(1)); // its place moved with it
    const QImage with = buttons.at(1)->grab().toImage();
    QVERIFY(without != with);
    const QColor frame = with.pixelColor(with.width() / 2, 0);
    QCOMPARE(frame.name(), Theme::current().focus.name()); // and shows
    row.setChoiceEnabled(1, false);
    QVERIFY(row.focusProxy() == buttons.at(0));
    row.setChoiceEnabled(1, true);
    QVERIFY(row.focusProxy() == buttons.at(1));
}

void TestSetupLook::labelsFitTheNarrowestWindow()
{
    // A budget's button names its field as the form does.
    m_form->setText("train.steps", "1000");
    m_form->setText("adalora.tf", "2000");
    m_form->setText("optim.warmup", "2000");
    QStringList mends;
    for (const ElidedButton* button : m_page->findChild<IssueList*>()->findChildren<ElidedButton*>())
        mends << button->text();
    QVERIFY2(!mends.filter("Set Final phase (tf) to").isEmpty(), qPrintable(mends.join('\n')));
    QVERIFY2(!mends.filter("Set LR warm-up to").isEmpty(), qPrintable(mends.join('\n')));
    for (const char* key : {"adalora.init_rank", "adalora.ti", "adalora.tf", "adalora.delta_t", "adalora.gamma",
             "adalora.beta1", "adalora.score", "optim.schedule", "optim.warmup", "train.micro_batch_size"}) {
        const auto* label = m_page->fields().find(key)->control().findChild<QLabel*>();
        QTRY_VERIFY2(label->width() >= label->sizeHint().width(), qPrintable(label->text()));
    }
}

void TestSetupLook::numbersAreNotElided()
{
    m_form->setText("train.steps", "50000");
    m_form->setText("adalora.target_rank", "64");
    for (const char* key : {"adalora.init_rank", "adalora.ti", "adalora.tf", "adalora.delta_t", "adalora.alpha"}) {
        const auto* line = m_page->fields().find(key)->findChild<FieldLine*>();
        const int room = line->width() - 20; // frame, padding and what QLineEdit leaves, see studio.qss
        QTRY_VERIFY2(line->fontMetrics().horizontalAdvance(line->placeholderText()) <= room,
            qPrintable(line->placeholderText()));
    }
    const auto labels = m_page->findChild<BudgetPanel*>()->findChildren<QLabel*>();
    const auto found = std::ranges::find_if(
        labels, [](const QLabel* label) { return label->accessibleName().contains(" triplets, "); });
    QVERIFY(found != labels.end());
    const QLabel* summary = *found;
    QVERIFY2(summary->accessibleName().startsWith("2,688 of 4,032 triplets, "), qPrintable(summary->accessibleName()));
    QVERIFY(summary->wordWrap());
    QTRY_VERIFY(summary->height() >= summary->heightForWidth(summary->width()));
}

void TestSetupLook::everyChoiceCanBeRead()
{
    constexpr int frame = 36; // padding and arrow, see studio.qss
    for (const char* key : {"data.format", "adalora.score"}) {
        const auto* combo = m_page->fields().find(key)->findChild<QComboBox*>();
        QVERIFY(combo);
        for (int i = 0; i < combo->count(); ++i)
            QTRY_VERIFY2(combo->width() >= combo->fontMetrics().horizontalAdvance(combo->itemText(i)) + frame,
                qPrintable(combo->itemText(i)));
    }
}

void TestSetupLook::oneThingHasOneName()
{
    EffectiveScale scale;
    scale.alpha = 4;
    scale.initRank = 8;
    scale.scale = 0.5;
    QVERIFY2(scale.headline().startsWith("s = α / r₀ = 4 / 8"), qPrintable(scale.headline())); // as Learn writes it
    scale = {.alpha = 64, .initRank = 8, .width = 128, .scale = 8.0, .factor = 0.22627};
    QVERIFY2(scale.derivation().contains("8.00, times 0.226 as"), qPrintable(scale.derivation())); // gives 1.81
    QVERIFY2(scale.headline().contains("1.81"), qPrintable(scale.headline()));
    const auto buttons = m_page->findChildren<QToolButton*>();
    const auto feedForward
        = std::ranges::find_if(buttons, [](const QToolButton* button) { return button->text() == "FFN"; });
    QVERIFY(feedForward != buttons.end());
    QVERIFY2((*feedForward)->toolTip().contains("feed-forward"), qPrintable((*feedForward)->toolTip()));
}

void TestSetupLook::whatAPresetIsForIsRead()
{
    PresetBar& bar = m_page->presets();
    const auto& presets = bar.library().presets();
    bar.choose(0);
    bar.moreButton()->click();
    for (std::size_t i = 0; i < presets.size(); ++i) {
        bar.choose(static_cast<int>(i));
        QVERIFY2(bar.note().startsWith(presets[i].aboutShort + '\n'), qPrintable(presets[i].name));
        const QLabel& details = *bar.details();
        QVERIFY2(details.text().contains(presets[i].about), qPrintable(presets[i].name));
        QTRY_VERIFY2(details.height() >= details.heightForWidth(details.width()), qPrintable(presets[i].name));
    }
}

QTEST_MAIN(TestSetupLook)
#include "tst_setuplook.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong in an export is read to its end, however long it is.
#include "tests/ui/StudioBench.h"
#include "ui/ExportRow.h"
#include "ui/ExportWindow.h"
#include "ui/RunModel.h"

#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestExportRoom : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aLongFailureIsReadToItsEnd();
    void aHeightThatWasChosenStays();

private:
    [[nodiscard]] ExportWindow& exports() { return *window().exportWindow(); }
    [[nodiscard]] QScrollArea& area() { return *exports().findChild<QScrollArea*>(); }
    void reach()
    {
        m_bench->runTo(SessionState::Finished);
        window().showExport();
        QTRY_VERIFY_WITH_TIMEOUT(exports().isVisible(), patience);
    }
    void fail(int lines)
    {
        std::string text;
        for (int i = 0; i < lines; ++i)
            text += "the tensor model.layers." + std::to_string(i) + ".mlp.down_proj.weight has another shape; ";
        for (ExportRow* row : exports().findChildren<ExportRow*>())
            row->setFailure({FailureKind::Io, makeMessage("Could not write: %1.", text), {}, -1});
    }
    /// No label of the rows is lower than its words are.
    [[nodiscard]] bool isAllThere()
    {
        const auto labels = area().widget()->findChildren<QLabel*>();
        return std::ranges::none_of(labels, [](const QLabel* label) {
            return label->isVisible() && label->wordWrap() && label->height() < label->heightForWidth(label->width());
        });
    }
};

void TestExportRoom::aLongFailureIsReadToItsEnd()
{
    reach();
    const int before = exports().height();
    fail(2);
    QTRY_VERIFY(isAllThere());
    QTRY_VERIFY(exports().height() > before || area().verticalScrollBar()->maximum() > 0);
    fail(12); // more than any screen has room for
    QTRY_VERIFY(isAllThere());
    QTRY_VERIFY(area().verticalScrollBar()->maximum() > 0);
    QVERIFY(exports().height() <= exports().screen()->availableGeometry().height());
}

void TestExportRoom::aHeightThatWasChosenStays()
{
    reach();
    exports().resize(exports().width(), 480);
    fail(4);
    QTRY_VERIFY(isAllThere() && area().verticalScrollBar()->maximum() > 0);
    QCOMPARE(exports().height(), 480);
}

QTEST_MAIN(TestExportRoom)
#include "tst_exportroom.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/LoadedRun.h"
#include "ui/RepeatedEdits.h"
#include "ui/RunRecord.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QScrollArea;
class QSplitter;

namespace spectune {

class ComparePlot;
class CompareTable;
class RunActions;
class RunAwaiter;
class RunDetails;
class RunLibrary;
class RunListModel;
class RunsBar;
class RunsCurves;
class RunsMaps;
class Segmented;
enum class SearchEnd;

/// The Runs workspace: the history on the left; curves, differences and rank maps of the chosen runs beside it.
class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(RunLibrary& library, QWidget* parent = nullptr);

    /// Widths and heights of its panels, to be kept from one start to the next.
    [[nodiscard]] QByteArray saveSplitters() const;
    void restoreSplitters(const QByteArray& state); ///< of another version: changes nothing
    [[nodiscard]] RunListModel& list() { return *m_model; }
    [[nodiscard]] ComparePlot& plot();
    [[nodiscard]] CompareTable& table() { return *m_table; }
    [[nodiscard]] RunsMaps& maps() { return *m_maps; }
    [[nodiscard]] RunsBar& bar() { return *m_bar; }
    void applyDefaultWidths(int width);
    void focusSearch();
    [[nodiscard]] RunDetails& details() { return *m_details; }
    /// A run of this session goes on: other runs cannot be opened, resumed or deleted over it.
    void setBusy(bool busy);
    void setOpening(const QString& folder); ///< of the run that is being opened; empty: none is
    [[nodiscard]] bool hasLeftOpening() const; ///< that run was A when its opening began, and is not any more

    // What the bar and the list's menu ask for, of the run with that id; 0: of A. Public for tests.
    void startAgain(std::int64_t run = 0);
    void useRankMap(std::int64_t run = 0);
    void continueRun(std::int64_t run = 0);
    void deleteRun(std::int64_t run = 0);
    void swap();

Q_SIGNALS:
    void openWanted(const QString& folder);
    /// A set-up out of an old run, to be looked at before it starts. @p why: what a person should know of it
    void setupWanted(const spectune::RunConfig& config, const QString& name, const QString& why,
        const spectune::RepeatedEdits& edits = {});
    void resumeWanted(const QString& folder);
    /// Goes on in the run's folder with another configuration (more steps).
    void continueWanted(const QString& folder, const spectune::RunConfig& config);
    void exportWanted(const QString& folder);
    void scanWanted();
    void demoWanted();
    void told(const QString& title, const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] QWidget* makeList();
    [[nodiscard]] QWidget* makeDifferences();
    void connectBar();
    void tellSearch(const QString& root, int added, int known, int unreadable, SearchEnd end);
    void connectActions(const RunActions& actions);
    void connectList();
    void connectMenu();
    void writeNotes(std::int64_t run);
    void followChoice();
    void focusList();
    [[nodiscard]] bool pressInSearch(const QKeyEvent& key); ///< these three: whether it was meant for this page
    [[nodiscard]] bool pressInList(const QKeyEvent& key);
    [[nodiscard]] bool clickInList(const QMouseEvent& mouse);
    void toggle(const QModelIndex& index);
    void refresh();
    void refreshList();
    void refreshChosen();
    /// Curves, maps and differences, where any run, name or reason is another than what they show.
    void showChosen(std::vector<std::shared_ptr<const LoadedRun>> runs, const std::vector<RunRecord>& records);
    void refreshTable();
    [[nodiscard]] int differencesWidth(int width) const; ///< px, in a window as wide as @p width
    void fitDifferences();
    [[nodiscard]] const RunRecord* find(std::int64_t run) const; ///< 0: A
    [[nodiscard]] QString whyAbsent(const RunRecord& record) const; ///< empty: its files are shown, or being read
    [[nodiscard]] QString emptyPlotText(const QStringList& reasons) const;
    void setUpAsStarted(const RunRecord& record, const QString& why, const RepeatedEdits& edits = {});
    RunLibrary& m_library;
    QTimer m_soon; ///< gathers the rows that a search of the disk brings one by one
    bool m_busy = false;
    bool m_fitsMany = false; ///< the differences have the width that more than two runs ask for
    bool m_handleMoved = false; ///< left of the differences, by a person
    QString m_opening; ///< folder, as records have it
    bool m_openingWasFirst = false; ///< when setOpening() told of it
    std::vector<std::int64_t> m_choice; ///< the chosen runs, as the list's keyboard followed them last
    std::int64_t m_current = 0; ///< id of the run that the list's keyboard stood on last
    std::int64_t m_asksToDelete = 0; ///< id of the run whose size is being measured
    RunListModel* m_model = nullptr;
    RunsBar* m_bar = nullptr;
    RunAwaiter* m_awaiter = nullptr;
    QSplitter* m_splitter = nullptr; ///< list | the rest
    QSplitter* m_right = nullptr; ///< curves and differences over maps
    QSplitter* m_upper = nullptr; ///< curves | differences
    QLineEdit* m_search = nullptr;
    QListView* m_view = nullptr;
    QLabel* m_hint = nullptr;
    QWidget* m_empty = nullptr;
    QLabel* m_emptyText = nullptr;
    QPushButton* m_demo = nullptr;
    RunsCurves* m_curves = nullptr;
    QLabel* m_differenceCount = nullptr;
    Segmented* m_shown = nullptr; ///< differences, all, about A
    CompareTable* m_table = nullptr;
    QWidget* m_tableShare = nullptr;
    QScrollArea* m_tableArea = nullptr;
    QScrollArea* m_detailsArea = nullptr;
    QLabel* m_tableNote = nullptr;
    RunDetails* m_details = nullptr;
    RunsMaps* m_maps = nullptr;
    struct Chosen {
        std::vector<std::int64_t> ids;
        std::vector<std::shared_ptr<const LoadedRun>> runs; ///< null: being read, or it cannot be
        QStringList names;
        QStringList reasons; ///< why a run cannot be read; empty: it is, or is being read
        std::vector<RecordState> states;
        friend bool operator==(const Chosen&, const Chosen&) = default;
    } m_drawn; ///< what plot, maps and table show
    bool m_hasDrawn = false;
};

} // namespace spectune

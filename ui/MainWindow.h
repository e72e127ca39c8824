// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/EarlierSetups.h"
#include "ui/RunBarState.h"
#include "ui/StudioOptions.h"

#include <QMainWindow>

#include <functional>
#include <optional>

class QStackedWidget;

namespace spectune {

class ConfigForm;
class ExportWindow;
class LearnDesk;
class LivePage;
class NextFolder;
class RunBar;
class RunLibrary;
class RunModel;
class RunOpener;
class RunsPage;
class SessionController;
class SetupFacts;
class SetupPage;
class StatusLine;
class StudioActions;
class TopBar;
class TryPage;
struct RecordedRun;

enum class Workspace { Setup, Live, Try, Runs, Learn };

/// The studio: one window, one session, one shown run.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(StudioOptions options, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// What a start without a name shows: the set-up that was left behind, or the demo. @throws Error as openDemo()
    void openFirst();
    /// The bundled demo, ready to start, in Live. @throws Error where it is not installed or broken
    void openDemo();
    /// @throws Error naming file and key
    void openConfig(const QString& file);
    /// A run's folder, read at once: for a start that names it, not for a click. @throws Error
    void openRun(const QString& folder);
    /// The same, read on another thread, which tells what is wrong. @param then once shown @throws Error: one goes on
    void openRunSoon(const QString& folder, const std::function<void()>& then = {});
    /// Anything that was named or dropped: a configuration, a run, a model's folder, a dataset. @throws Error
    void openPath(const QString& path);
    void saveConfig();
    void newConfig();
    /// Brings back the set-up that the last one replaced; this one in turn is kept.
    void restoreSetup();
    [[nodiscard]] bool canRestoreSetup() const { return !m_earlier.isEmpty(); }
    void showWorkspace(Workspace workspace);
    [[nodiscard]] Workspace workspace() const;
    bool startRun(); ///< false: nothing was started, because of errors or a run that goes on
    void pauseOrResume();
    void act(MainAction action);
    void showExport();
    /// Closes without asking: a run that goes on is stopped and saved first; closedDown() tells. Where it cannot be
    /// saved or fails, the window of who is @p attended stays open.
    void quitSaving(bool attended = false);
    void setTheme(ThemeChoice theme);
    void setDevice(const QString& device);
    void requireIdle() const; ///< @throws Error (Config) while a run goes on, from the very call that starts it
    void askOpenConfig(); ///< the file dialogs of the menu
    void askOpenRun();
    /// Tells an exception's text in the status line and the issues' place, without a modal box.
    void tryTo(const std::function<void()>& action);
    [[nodiscard]] SessionController& session() { return *m_session; }
    [[nodiscard]] ConfigForm& form() { return *m_form; }
    [[nodiscard]] SetupFacts& facts() { return *m_facts; }
    [[nodiscard]] RunModel& run() { return *m_run; }
    [[nodiscard]] RunBar& runBar() { return *m_runBar; }
    [[nodiscard]] LivePage& live() { return *m_live; }
    [[nodiscard]] SetupPage& setup() { return *m_setup; }
    [[nodiscard]] TryPage& tryPage() { return *m_try; }
    [[nodiscard]] RunsPage& runsPage() { return *m_runs; }
    [[nodiscard]] RunLibrary& library() { return *m_library; }
    [[nodiscard]] ExportWindow* exportWindow() { return m_export; }
    [[nodiscard]] LearnDesk& learn() { return *m_learn; }
    [[nodiscard]] StatusLine& status() { return *m_status; }
    [[nodiscard]] const StudioOptions& options() const { return m_options; }

Q_SIGNALS:
    void closedDown(); ///< the session has ended and the window is gone: the program may quit
    void firstFrame(); ///< the first picture is on the screen

protected:
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the application: drags of files over any child

private:
    void buildPages();
    void connectRunBar();
    void connectStatus();
    void adoptConfig(const QString& file, const QString& name);
    void keepDraft();
    void showRecordedSetup(); ///< a recorded run's own, where nothing is set up
    void connectHistory();
    void showRun(RecordedRun run);
    void refreshHistory();
    void askScan();
    /// @throws Error where the run has no checkpoint
    void resumeFolder(const QString& folder, const std::optional<RunConfig>& config);
    void resumeRun(const std::optional<RunConfig>& config = {});
    void editAsNew();
    void refreshContext();
    void finishClosing();
    void restoreGeometryOrDefault();
    void rememberGeometry();

    StudioOptions m_options;
    EarlierSetups m_earlier;
    QString m_name = QStringLiteral("run");
    bool m_demo = false;
    bool m_restores = false;
    bool m_painted = false;
    enum class Closing { No, WaitsForRun, WaitsUnattended, WaitsForSession, Done } m_closing = Closing::No;
    ConfigForm* m_form = nullptr;
    NextFolder* m_next = nullptr;
    SessionController* m_session = nullptr;
    SetupFacts* m_facts = nullptr;
    RunModel* m_run = nullptr;
    TopBar* m_top = nullptr;
    RunBar* m_runBar = nullptr;
    QStackedWidget* m_pages = nullptr;
    SetupPage* m_setup = nullptr;
    LivePage* m_live = nullptr;
    TryPage* m_try = nullptr;
    RunLibrary* m_library = nullptr;
    RunsPage* m_runs = nullptr;
    RunOpener* m_opener = nullptr;
    LearnDesk* m_learn = nullptr;
    StatusLine* m_status = nullptr;
    StudioActions* m_actions = nullptr;
    ExportWindow* m_export = nullptr;
};

} // namespace spectune

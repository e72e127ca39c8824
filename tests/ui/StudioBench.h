// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/SceneEngine.h"
#include "ui/MainWindow.h"

#include <QTemporaryDir>

#include <initializer_list>
#include <memory>
#include <vector>

namespace spectune::test {

constexpr int patience = 30'000; ///< ms

/// The whole window on an engine without tensors, in a folder of its own that holds a configuration and its files.
class StudioBench {
public:
    StudioBench();
    ~StudioBench();

    /// A window on the bench's configuration, once every question about model and data is answered.
    [[nodiscard]] bool open();
    /// Lets the engine go on, ends the session, and deletes the window.
    bool close();
    /// Lets an engine go on that waits at Scene::waitAt, in its preparation or in an answer.
    void release();
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }
    /// Opens the window, starts its run, and pauses it behind @p step.
    void pauseAt(std::int64_t step);
    /// Opens the window, starts its run, and waits until it has come to @p state.
    void runTo(SessionState state);
    /// Opens the window, active, and starts the guided tour; its run waits behind @p step.
    void tourAt(std::int64_t step);

    /// Of a test that paints: every theme at each of three sizes; on a screen of 200 % one of each theme, as its
    /// pictures have four times the pixels.
    struct Look {
        ThemeChoice theme;
        QSize size;
    };
    [[nodiscard]] static std::vector<Look> looks(double pixelRatio);
    /// looks() as a test's data.
    static void addLooks();
    /// Takes the theme and the size of the row that runs; before open().
    void takeLook();
    /// Whether SPECTUNE_PICTURES names a folder.
    [[nodiscard]] static bool paints();
    /// picture() as NAME-ROW.png.
    void look(const QString& name, QWidget* widget = nullptr) const;
    /// Saves a picture of @p widget (the window) as NAME.png, on a screen of 200 % as NAME-200.png, where
    /// SPECTUNE_PICTURES names a folder.
    void picture(const QString& name, QWidget* widget = nullptr) const;

    std::shared_ptr<Scene> scene = std::make_shared<Scene>();
    std::unique_ptr<MainWindow> window;
    ThemeChoice theme = ThemeChoice::Dark;
    QSize size {1440, 900};

private:
    QTemporaryDir m_folder;
};

/// A test of the whole window: every test function has a bench of its own.
class StudioTest : public QObject {
    Q_OBJECT
public:
    /// Before the application, for Qt Test: with QT_SCALE_FACTOR=2 a screen that has room for the window.
    static void initMain();

protected Q_SLOTS: // by name, for Qt Test
    void initTestCase();
    void init();
    void cleanup();

protected:
    [[nodiscard]] MainWindow& window() { return *m_bench->window; }

    std::unique_ptr<StudioBench> m_bench;
};

/// One that only paints, for a person's eye: it is skipped where nobody looks.
class PictureTest : public StudioTest {
    Q_OBJECT
protected Q_SLOTS:
    void initTestCase();
    void init();
};

} // namespace spectune::test

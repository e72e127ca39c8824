// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/SceneEngine.h"
#include "ui/MainWindow.h"

#include <QTemporaryDir>

#include <memory>

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
    /// Lets an engine go on that waits at Scene::waitAt.
    void release();
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }
    /// Saves a picture of @p widget (the window) as NAME.png where SPECTUNE_PICTURES names a folder.
    void picture(const QString& name, QWidget* widget = nullptr) const;

    std::shared_ptr<Scene> scene = std::make_shared<Scene>();
    std::unique_ptr<MainWindow> window;
    ThemeChoice theme = ThemeChoice::Dark;
    QSize size {1440, 900};

private:
    QTemporaryDir m_folder;
};

} // namespace spectune::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPixmap>
#include <QString>
#include <QTimer>

#include <cstdint>

class QWidget;

namespace spectune {

class MainWindow;

/// The widget as it stands once all that has changed is laid out. QWidget::grab() alone lays out what it draws, but a
/// scroll area gives its content another size only when a posted request arrives. GUI thread.
[[nodiscard]] QPixmap pictureOf(QWidget& widget);

/// `--screenshot FILE [--at STEP]`: waits until the window shows what was asked for, draws it into the file, and says
/// done.
class ScreenshotTask : public QObject {
    Q_OBJECT
public:
    /// @param at steps done, or the recorded step; −1: the end
    ScreenshotTask(MainWindow& window, QString file, std::int64_t at, bool waitsForRun, QObject* parent = nullptr);
    /// Begins to wait; call once the window is shown.
    void begin();

Q_SIGNALS:
    /// @param code the program's exit code (see exitCode())
    void done(int code, const QString& message);

private:
    void watchRun();
    void drawSoon();
    void draw();

    MainWindow& m_window;
    QString m_file;
    std::int64_t m_at;
    bool m_waitsForRun;
    bool m_pausing = false;
    bool m_drawing = false;
    int m_code = 0;
    QTimer m_patience; ///< a set-up whose files never answer is drawn as it is
};

} // namespace spectune

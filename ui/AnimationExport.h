// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/ReplayFrames.h"
#include "visualization/AnimationFile.h"

#include <QObject>
#include <QThread>

#include <memory>
#include <vector>

namespace spectune {

/// Writes an animation of a run: pictures are painted here, one per turn of the event loop, and encoded on a thread of
/// its own; at most two wait. GUI thread.
class AnimationExport : public QObject {
    Q_OBJECT
public:
    explicit AnimationExport(QObject* parent = nullptr);
    ~AnimationExport() override;

    /// @param steps the moments, in order  @param milliseconds that each stays
    void begin(const RunModel& run, const FrameLook& look, std::vector<std::int64_t> steps, AnimationFormat format,
        const QString& path, int milliseconds);
    /// Nothing of it stays on the disk; ended() follows.
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_frames != nullptr; }

Q_SIGNALS:
    void progressed(int done, int total);
    /// @param problem empty: the file is there
    void ended(bool written, const QString& problem);
    void frameReady(const QImage& image);
    void framesDone(bool whole);

private:
    void paintNext();
    void takeEncoded(int count);
    void takeEnd(bool written, const QString& problem);

    QThread m_thread;
    std::unique_ptr<ReplayFrames> m_frames;
    std::vector<std::int64_t> m_steps;
    std::size_t m_painted = 0;
    std::size_t m_encoded = 0;
    bool m_cancelled = false;
};

} // namespace spectune

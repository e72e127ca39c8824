// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/AnimationExport.h"

#include "training/core/Error.h"
#include "ui/MessageWords.h"

#include <utility>

namespace spectune {

namespace {

constexpr std::size_t mostWaiting = 2; ///< painted, not yet encoded

/// The encoder's side, on its thread.
class Encoder : public QObject {
public:
    Encoder(AnimationFormat format, QString path, QSize size, int milliseconds)
        : m_format(format)
        , m_path(std::move(path))
        , m_size(size)
        , m_milliseconds(milliseconds)
    {
    }

    /// @returns what went wrong; empty: nothing
    QString add(const QImage& image)
    {
        return guarded([&] {
            if (!m_file)
                m_file = makeAnimation(m_format, m_path, m_size, m_milliseconds);
            m_file->add(image);
        });
    }
    QString finish(bool whole)
    {
        const QString problem = guarded([&] {
            if (whole && m_file)
                m_file->finish();
        });
        m_file.reset();
        return problem;
    }

private:
    template <typename Work>
    static QString guarded(const Work& work)
    {
        try {
            work();
            return {};
        } catch (const std::exception&) {
            return caughtWords();
        }
    }

    AnimationFormat m_format;
    QString m_path;
    QSize m_size;
    int m_milliseconds;
    std::unique_ptr<AnimationFile> m_file;
};

} // namespace

AnimationExport::AnimationExport(QObject* parent)
    : QObject(parent)
{
}

AnimationExport::~AnimationExport()
{
    m_cancelled = true;
    m_thread.quit();
    m_thread.wait();
}

void AnimationExport::begin(const RunModel& run, const FrameLook& look, std::vector<std::int64_t> steps,
    AnimationFormat format, const QString& path, int milliseconds)
{
    if (isRunning() || steps.empty())
        return;
    m_frames = std::make_unique<ReplayFrames>(run, look);
    m_steps = std::move(steps);
    m_painted = m_encoded = 0;
    m_cancelled = false;
    auto* encoder = new Encoder(format, path, look.size, milliseconds);
    encoder->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, encoder, &QObject::deleteLater);
    connect(this, &AnimationExport::frameReady, encoder, [this, encoder](const QImage& image) {
        const QString problem = encoder->add(image);
        QMetaObject::invokeMethod(
            this, [this, problem] { problem.isEmpty() ? takeEncoded(1) : takeEnd(false, problem); });
    });
    connect(this, &AnimationExport::framesDone, encoder, [this, encoder](bool whole) {
        const QString problem = encoder->finish(whole);
        QMetaObject::invokeMethod(this, [this, whole, problem] { takeEnd(whole && problem.isEmpty(), problem); });
    });
    m_thread.start();
    paintNext();
}

void AnimationExport::cancel()
{
    if (isRunning() && !std::exchange(m_cancelled, true))
        Q_EMIT framesDone(false);
}

void AnimationExport::paintNext()
{
    if (!isRunning() || m_cancelled || m_painted == m_steps.size() || m_painted - m_encoded >= mostWaiting)
        return;
    Q_EMIT frameReady(m_frames->at(m_steps[m_painted++]));
    if (m_painted == m_steps.size())
        Q_EMIT framesDone(true);
    else
        QMetaObject::invokeMethod(this, &AnimationExport::paintNext, Qt::QueuedConnection);
}

void AnimationExport::takeEncoded(int count)
{
    m_encoded += static_cast<std::size_t>(count);
    Q_EMIT progressed(static_cast<int>(m_encoded), static_cast<int>(m_steps.size()));
    paintNext();
}

void AnimationExport::takeEnd(bool written, const QString& problem)
{
    if (!isRunning())
        return;
    m_frames.reset();
    m_thread.quit(); // the encoder goes with it
    m_thread.wait(); // it has nothing left to do
    Q_EMIT ended(written, problem);
}

} // namespace spectune

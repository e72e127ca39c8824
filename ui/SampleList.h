// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/session/Requests.h"

#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QListWidget;

namespace spectune {

class SessionController;

/// A held-out sample as its prompt and the answer that the file gives.
struct HeldOutSample {
    QString prompt;
    QString expected;

    /// Cuts the rendered sample where its loss begins; control tokens are left out.
    [[nodiscard]] static HeldOutSample from(const DataPreview& preview);
};

/// The first held-out samples of a run's evaluation file, asked of the session one after the other.
class SampleList : public QWidget {
    Q_OBJECT
public:
    explicit SampleList(SessionController& session, QWidget* parent = nullptr);

    /// Another file: forgets the samples when it differs.
    void setConfig(const RunConfig& config);
    /// Goes on asking; called when the page is in front. @param mayAsk the session can answer now
    void load(bool mayAsk);
    void selectNext();

Q_SIGNALS:
    void chosen(const spectune::HeldOutSample& sample);

private:
    void askNext();
    void take(const Answer& answer);

    SessionController& m_session;
    RunConfig m_config;
    std::vector<HeldOutSample> m_samples;
    std::int64_t m_request = -1;
    std::int64_t m_total = -1; ///< samples in the file; −1: not known
    bool m_failed = false;
    QLabel* m_count = nullptr;
    QLabel* m_note = nullptr;
    QListWidget* m_list = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/session/Requests.h"
#include "ui/TryScores.h"

#include <QString>
#include <QWidget>

#include <vector>

class QLabel;
class QListWidget;
class QPushButton;

namespace spectune {

class SampleDelegate;
class SampleJudge;
class Segmented;
class SessionController;

/// A held-out sample as its prompt and the answer that the file gives.
struct HeldOutSample {
    QString prompt;
    QString expected;

    /// Cuts the rendered sample where its loss begins; control tokens are left out.
    [[nodiscard]] static HeldOutSample from(const DataPreview& preview);
};

/// The held-out samples of a run's evaluation file: the first ones as soon as the page is in front, asked of the
/// session one after the other; all of them, with what base and tuned made of each, once they are checked.
class SampleList : public QWidget {
    Q_OBJECT
public:
    SampleList(SessionController& session, SampleJudge& judge, QWidget* parent = nullptr);

    /// Forgets the samples where it makes others of the file, or names another.
    void setConfig(const RunConfig& config);
    /// What could not be read is asked for again by the next load().
    void retry();
    /// Goes on asking; called when the page is in front. @param mayAsk the session can answer now
    void load(bool mayAsk);
    void selectNext();
    /// No row is the shown sample's any longer; the next one is still counted from where it was.
    void unmark();
    void setFilter(SampleFilter filter);
    [[nodiscard]] int shownCount() const; ///< rows that pass the filter
    /// The labels of a classification among the samples known so far; empty for other data.
    [[nodiscard]] std::vector<std::string> labels() const;

Q_SIGNALS:
    void chosen(const spectune::HeldOutSample& sample);

private:
    [[nodiscard]] QWidget* makeColumns();
    [[nodiscard]] QWidget* makeFoot();
    void askNext();
    void take(const Answer& answer);
    void append(const HeldOutSample& sample);
    void showVerdicts();
    void applyFilter();
    void refreshFoot();

    SessionController& m_session;
    SampleJudge& m_judge;
    RunConfig m_config;
    std::vector<HeldOutSample> m_samples;
    std::int64_t m_request = -1;
    std::int64_t m_total = -1; ///< samples in the file; −1: not known
    bool m_failed = false;
    bool m_mayAsk = false;
    std::size_t m_judged = 0; ///< rows that show a verdict
    SampleFilter m_filter = SampleFilter::All;
    QString m_idleNote; ///< while nothing is checked
    QLabel* m_count = nullptr;
    QLabel* m_note = nullptr;
    Segmented* m_filters = nullptr;
    QWidget* m_columns = nullptr;
    QLabel* m_columnNames[3] = {}; ///< expected, base, tuned
    QPushButton* m_check = nullptr;
    SampleDelegate* m_delegate = nullptr;
    QListWidget* m_list = nullptr;
};

} // namespace spectune

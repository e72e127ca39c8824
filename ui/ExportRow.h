// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"
#include "training/session/RunEvents.h"
#include "ui/ExportFacts.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace spectune {

class Segmented;
class StateMarkView;

/// One format in the export window: chosen or not, who reads it, its size, and how far writing and checking have come.
class ExportRow : public QWidget {
    Q_OBJECT
public:
    enum class Stage { Ready, Queued, Working, Done, Differs, Failed, Cancelled };
    /// Widths of the columns beside the one that grows, px: box, names, size, check.
    static constexpr int boxWidth = 15;
    static constexpr int nameWidth = 172;
    static constexpr int sizeWidth = 82;
    static constexpr int checkWidth = 236;
    static constexpr int gap = 16;

    explicit ExportRow(const QString& format, QWidget* parent = nullptr);

    [[nodiscard]] const QString& format() const { return m_format; }
    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] bool isBusy() const { return m_stage == Stage::Queued || m_stage == Stage::Working; }
    [[nodiscard]] bool isChosen() const;
    [[nodiscard]] QString name() const;
    [[nodiscard]] FailureKind failureKind() const { return m_failureKind; } ///< of the stage Failed
    /// Sizes and readers; the outcome of an earlier export stays.
    void setFacts(const ExportFacts& facts);
    /// Back to what will be written.
    void reset();

    /// @param waitsFor in words
    void setQueued(const QString& waitsFor);
    void setProgress(const PreparationProgress& progress);
    void setReport(const ExportReport& report);
    void setFailure(const Failure& failure);

Q_SIGNALS:
    void chosenChanged();
    void cancelTriggered();
    /// Of the merged model; only where the base is stored in 16 bits.
    void float32Chosen(bool chosen);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QWidget* makeCheck();
    [[nodiscard]] QWidget* makeVllm();
    void present(Stage stage, const QString& headline, const QString& detail);

    QString m_format;
    Stage m_stage = Stage::Ready;
    ExportFacts m_facts;
    FailureKind m_failureKind = FailureKind::Internal;
    bool m_decided = false; ///< a person has ticked or unticked it
    QCheckBox* m_box = nullptr;
    QLabel* m_name = nullptr;
    QLabel* m_readBy = nullptr;
    QWidget* m_vllm = nullptr;
    QLabel* m_option = nullptr; ///< what vLLM needs; it can be selected and copied
    Segmented* m_type = nullptr; ///< of merged
    QLabel* m_size = nullptr;
    StateMarkView* m_mark = nullptr;
    QLabel* m_headline = nullptr;
    QLabel* m_detail = nullptr;
    QProgressBar* m_bar = nullptr;
    QPushButton* m_cancel = nullptr;
};

} // namespace spectune

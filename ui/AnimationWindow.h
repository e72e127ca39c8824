// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/AnimationExport.h"

#include <QTimer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace spectune {

class RunModel;
class Segmented;

/// "Animation of this run": what it shows, how long, into which file; progress and Cancel. A window beside, not modal.
class AnimationWindow : public QWidget {
    Q_OBJECT
public:
    explicit AnimationWindow(RunModel& run, QWidget* parent = nullptr);

    /// What the heatmap shows now is what the animation begins with.
    void setLook(GridMode mode, bool transposed);
    void setPath(const QString& path);
    void setFormat(AnimationFormat format);
    /// Save, or Cancel while it runs.
    void startOrCancel();
    [[nodiscard]] AnimationExport& work() { return m_work; }
    /// The last message, in words.
    [[nodiscard]] QString message() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    [[nodiscard]] QWidget* makeFields();
    [[nodiscard]] QWidget* makeFoot();
    void connectAll();
    void browse();
    /// Another run's animation goes into that run's folder.
    void takeFolder();
    /// A file is there that nobody has agreed to lose.
    [[nodiscard]] bool wouldOverwrite() const;
    void refresh();
    [[nodiscard]] AnimationFormat format() const;
    [[nodiscard]] QString saveText() const; ///< of the button, by the format
    [[nodiscard]] QString withEnding(const QString& path) const;
    [[nodiscard]] std::vector<std::int64_t> steps() const;
    void takeEnd(bool written, const QString& problem);

    RunModel& m_run;
    AnimationExport m_work;
    FrameLook m_look;
    QTimer m_soon; ///< gathers what a run adds while the window is open
    QString m_source; ///< folder of the run that the path was made for
    QString m_agreed; ///< path that may be replaced
    Segmented* m_format = nullptr;
    Segmented* m_size = nullptr;
    QCheckBox* m_curves = nullptr;
    QComboBox* m_most = nullptr;
    QComboBox* m_speed = nullptr;
    QLineEdit* m_path = nullptr;
    QPushButton* m_choose = nullptr;
    QLabel* m_length = nullptr;
    QLabel* m_message = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_start = nullptr;
};

} // namespace spectune

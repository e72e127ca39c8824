// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace spectune {

/// How a model comes from the hub into the cache. The program itself downloads nothing: it names the one command.
class HubHint : public QWidget {
    Q_OBJECT
public:
    explicit HubHint(QWidget* parent = nullptr);

    /// Whether a model on the hub can have this name: "org/name", or "name" alone.
    [[nodiscard]] static bool isHubName(const QString& name);
    [[nodiscard]] QString command() const;
    [[nodiscard]] QLineEdit& name() const { return *m_name; }

Q_SIGNALS:
    /// The command was run, or may have been: the cache is to be looked through again.
    void lookWanted();
    void told(const QString& lead, const QString& text);

private:
    void refresh();

    QLineEdit* m_name = nullptr;
    QLineEdit* m_command = nullptr;
    QPushButton* m_copy = nullptr;
    QLabel* m_problem = nullptr;
};

} // namespace spectune

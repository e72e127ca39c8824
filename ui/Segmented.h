// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QAbstractButton;
class QButtonGroup;

namespace spectune {

/// A row of joined buttons of which one is chosen. That one takes the keyboard for all: the arrows choose from there.
class Segmented : public QWidget {
    Q_OBJECT
public:
    explicit Segmented(const QStringList& labels, QWidget* parent = nullptr);

    [[nodiscard]] int current() const;
    /// Without chosen(); -1 unsets all.
    void setCurrent(int index);
    void setToolTips(const QStringList& tips);
    /// What is chosen here, for a screen reader: each button is a stop of its own and says it, "Method: AdaLoRA".
    void setName(const QString& name, const QString& help);
    void setLabel(int index, const QString& text);
    /// As narrow as a row of these can be without cutting off a word, chosen or not.
    [[nodiscard]] static int leastWidth(const QStringList& labels);
    /// A choice that cannot be taken stays in sight.
    void setChoiceEnabled(int index, bool enabled);
    /// Shows the first @p count buttons alone.
    void setShown(int count);

Q_SIGNALS:
    /// By the user.
    void chosen(int index);

private:
    void placeFocus();
    void nameButton(QAbstractButton& button);

    QButtonGroup* m_group = nullptr;
    QString m_name; ///< empty: a button's own word is its name
};

} // namespace spectune

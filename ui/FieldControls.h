// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"

#include <QString>
#include <QWidget>

namespace spectune {

enum class FieldMark { None, Warning, Error };

/// What a person edits one configuration value with; which kind follows from FieldInfo::type.
class FieldControl : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// The control for a field of the table.
    [[nodiscard]] static FieldControl* create(const FieldInfo& info, QWidget* parent = nullptr);

    /// Without edited().
    virtual void setValue(const FieldValue& value) = 0;
    /// What std::monostate, or an empty text, stands for: "12 (by target)".
    virtual void setDerived(const QString&) { }
    /// What stands there, while the keyboard is elsewhere, in place of a number that counts for nothing as other fields
    /// are: "by steps". Empty: it counts.
    virtual void setUnused(const QString&) { }
    /// Quiet text inside the field's right end, after the unit: "7,473 samples".
    virtual void setNote(const QString&) { }
    virtual void setMark(FieldMark) { }

Q_SIGNALS:
    void edited(const spectune::FieldValue& value);
    /// Text that is no value of the field's type; setFieldFromText() says what is wrong with it.
    void typed(const QString& text);
    /// The control has got the keyboard.
    void entered();

protected:
    /// Fills the control with @p widget, which takes the keyboard, below the field's label (beside it, a check box has
    /// its own). Both lie in one parent: Qt tells a screen reader of no label from elsewhere.
    void hold(const FieldInfo& info, QWidget* widget);
};

} // namespace spectune

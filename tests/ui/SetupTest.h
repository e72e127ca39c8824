// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "ui/ConfigForm.h"
#include "ui/SetupPage.h"

#include <QTemporaryDir>

#include <memory>

namespace spectune::test {

/// A test of the set-up page without a window around it: every test function has a form and a page of its own.
class SetupTest : public QObject {
    Q_OBJECT
protected Q_SLOTS: // by name, for Qt Test
    void initTestCase();
    void cleanup();

protected:
    /// A thousand steps from rank 12 to 6 on model and data in the test's folder.
    [[nodiscard]] RunConfig plainConfig() const;
    /// A page on @p config and a model of six layers, not shown yet.
    void open(const RunConfig& config);
    /// The page's only part of this kind.
    template <typename Widget>
    [[nodiscard]] Widget& part() const
    {
        return *m_page->findChild<Widget*>();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<ConfigForm> m_form;
    std::unique_ptr<SetupPage> m_page;
};

} // namespace spectune::test

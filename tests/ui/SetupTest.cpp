// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/SetupTest.h"

#include "tests/ui/SceneEngine.h"
#include "training/core/AtomicFile.h"

#include <QCoreApplication>

#include <filesystem>

namespace spectune::test {

void SetupTest::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
    std::filesystem::create_directories(m_folder.filePath("model").toStdString());
    writeFileAtomically(m_folder.filePath("train.jsonl").toStdString(), "{}\n");
}

void SetupTest::cleanup()
{
    m_page.reset();
    m_form.reset();
}

RunConfig SetupTest::plainConfig() const
{
    RunConfig config;
    config.model.path = m_folder.filePath("model").toStdString();
    config.data.path = m_folder.filePath("train.jsonl").toStdString();
    config.data.maxLength = 256;
    config.train.steps = 1000;
    config.adalora.initRank = 12;
    config.adalora.targetRank = 6;
    config.adalora.alpha = 96.0;
    return config;
}

void SetupTest::open(const RunConfig& config)
{
    m_form = std::make_unique<ConfigForm>();
    m_page = std::make_unique<SetupPage>(*m_form);
    m_page->resize(1440, 900);
    m_form->setConfig(config);
    m_form->setModel(sceneModel(6));
}

} // namespace spectune::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CachedModelAsker.h"

#include "ui/CachedModelList.h"
#include "ui/SessionController.h"

namespace spectune {

CachedModelAsker::CachedModelAsker(SessionController& session, CachedModelList& list, QObject* parent)
    : QObject(parent)
{
    connect(&list, &CachedModelList::checkWanted, this, [this, &session](const QString& folder) {
        if (m_request >= 0)
            session.cancel(m_request);
        m_folder = folder;
        m_request = session.ask(InspectModel {folder.toStdString()});
    });
    connect(&session, &SessionController::answered, this, [this, &list](qint64 request, const Answer& answer) {
        if (request != m_request)
            return;
        m_request = -1;
        const auto* failure = std::get_if<Failure>(&answer);
        if (!failure || !failure->isCancelled()) // the session closes
            list.setAnswer(m_folder, answer);
    });
}

} // namespace spectune

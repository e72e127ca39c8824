// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/GeometryAsker.h"

#include "ui/GeometrySection.h"
#include "ui/MessageWords.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"

namespace spectune {

GeometryAsker::GeometryAsker(SessionController& session, RunModel& run, GeometrySection& section, QObject* parent)
    : QObject(parent)
{
    connect(&section, &GeometrySection::geometryWanted, this,
        [this, &session, &run](const std::string& module, qint64 checkpoint) {
            if (m_request >= 0)
                session.cancel(m_request);
            const QString source
                = checkpoint < 0 ? run.folder() : run.folder() + QStringLiteral("/checkpoints/step-%1").arg(checkpoint);
            m_request = session.ask(InspectTriplets {.source = source.toStdString(), .module = module});
        });
    connect(&session, &SessionController::answered, this, [this, &section](qint64 request, const Answer& answer) {
        if (request != m_request)
            return;
        m_request = -1;
        if (const auto* geometry = std::get_if<TripletGeometry>(&answer))
            section.setGeometry(*geometry);
        else if (const auto* failure = std::get_if<Failure>(&answer))
            section.setProblem(messageWords(failure->message));
    });
}

} // namespace spectune

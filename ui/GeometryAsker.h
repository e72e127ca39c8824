// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <cstdint>

namespace spectune {

class GeometrySection;
class RunModel;
class SessionController;

/// Takes the inspector's questions about exact singular values to the session, and the answers back.
class GeometryAsker : public QObject {
    Q_OBJECT
public:
    GeometryAsker(SessionController& session, RunModel& run, GeometrySection& section, QObject* parent = nullptr);

private:
    std::int64_t m_request = -1; ///< the last one; an older answer is of no use
};

} // namespace spectune

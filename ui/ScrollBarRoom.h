// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QAbstractScrollArea;

namespace spectune {

/// The vertical scroll bar of @p area keeps its place, so that nothing beside it moves as it comes and goes; a handle
/// that could not be moved is not drawn. GUI thread.
void keepScrollBarRoom(QAbstractScrollArea& area);

} // namespace spectune

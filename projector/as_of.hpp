// SPDX-License-Identifier: Apache-2.0
// Tables of moments of the past, each in a schema of its own; the few that were asked for last are kept.
#pragma once

#include <string>
#include <vector>

#include "events/reader.hpp"
#include "projector/projection.hpp"
#include "projector/rebuild.hpp"

namespace carnet {

/// A schema whose tables are true as of a position, beside the projection that follows the ledger.
struct Moment {
  std::string schema;
  Position position = 0;
};

/// All of them: those that as_of keeps, and those that rebuild_until made under a name of the user's.
std::vector<Moment> moments(Connection&);

/// The schema with the tables as of a position: one that is there, else made now. Drops the one that nobody asked for
/// longest, where there are more than a few.
std::string as_of(const std::string& uri, Reader&, Position, const Rebuild& = {}, const Watch& = {});

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Tables that do not follow the ledger: as they were at a position, each in a schema of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projector/projection.hpp"

namespace carnet {

struct Moment {
  std::string schema;
  Position position = 0;     ///< As of which its tables are true.
  std::optional<Time> used;  ///< When it was made or last asked for; null where nobody noted it.
  std::uint64_t bytes = 0;   ///< On disk, with indexes.
};

/// All of them, by name: those that as_of keeps, those that rebuild_until made under a name of the user's, and the
/// former tables that a rebuild was to keep.
std::vector<Moment> moments(Connection&);

/// Notes that it was made or asked for now.
void note_use(Connection&, const std::string& schema);

/// Drops one. Throws DatabaseError where there is no such moment or a user's own things depend on it, Locked while a
/// session reads it; nothing is changed then.
void drop_moment(Connection&, const std::string& schema);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// New tables from position 1, beside those in use, then swapped in: at once, or never.
#pragma once

#include <optional>
#include <string>

#include "events/reader.hpp"
#include "projector/projection.hpp"

namespace carnet {

struct Rebuild {
  std::size_t memory_bytes = std::size_t{512} << 20;  ///< For the history's states; with less it reads more often.
  bool keep_old = false;                              ///< Keep the former tables, in a schema of another name.
};

struct Rebuilt {
  Position position = 0;  ///< Of the new tables.
  std::string former;     ///< The schema of the former tables, where they are still there.
};

/// Readers have the old tables until the swap, then the new ones; a question of several statements that holds the
/// projection is waited for. Views, grants and indexes of users come over; where something else hangs on the tables,
/// DatabaseError names it before anything is done. Throws what catch_up does, and Locked while another rebuild is at
/// work; the old tables are in place then, and nothing else. A server that goes away meanwhile is waited for.
Rebuilt rebuild(const std::string& uri, Reader&, const Rebuild& = {}, const Watch& = {});

/// The tables as they were at a position, in a schema of their own; a former such schema of that name is replaced. Any
/// other schema of that name is refused with DatabaseError.
Position rebuild_until(const std::string& uri, Reader&, Position until, const std::string& into, const Rebuild& = {},
                       const Watch& = {});

/// Where a history stood at a time. It is taken in its own order, so that the tables are a state that it really went
/// through: up to the first record that happened later. What was recorded after that is left out, even if it happened
/// earlier.
struct Standing {
  Position position = 0;           ///< The last before anything happened later than the time.
  std::optional<Time> next;        ///< When the record after it happened; null where there is none.
  std::uint64_t earlier_ones = 0;  ///< Records after that one which happened no later than the time.
};
Standing standing_at(Reader&, Time);
Position position_at(Reader&, Time);  ///< Its position alone; reads no further.

}  // namespace carnet

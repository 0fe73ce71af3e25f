// SPDX-License-Identifier: Apache-2.0
// Entities that are to be changed because a condition holds for them: UPDATE … WHERE of an append-only world.
#pragma once

#include <optional>

#include "events/record.hpp"
#include "query/session.hpp"

namespace carnet {

/// One that matched, as it was then: its stream's last record. An event for it is to be conditional on that record's
/// version.
struct Match {
  Stream stream;
  Position position = 0;
  bool operator==(const Match&) const = default;
};

/// Those that match at the moment of the question, by primary key, as they come from the server: in memory that does
/// not grow. Nothing else is asked of the session until the last one came.
class Matches {
 public:
  Matches(Session&, Kind, const Expr& where, std::optional<std::uint64_t> limit = {});
  std::optional<Match> next();  ///< Null after the last.

 private:
  Kind kind_;
  std::size_t columns_;
  Rows rows_;
  Block block_;
};

}  // namespace carnet

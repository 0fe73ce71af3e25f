// SPDX-License-Identifier: Apache-2.0
// Entities that are to be changed because a condition holds for them: UPDATE … WHERE of an append-only world.
#pragma once

#include <optional>
#include <vector>

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

/// By primary key, at most `limit`.
std::vector<Match> matches(Session&, Kind, const Expr& where, std::optional<std::uint64_t> limit = {});

}  // namespace carnet

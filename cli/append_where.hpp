// SPDX-License-Identifier: Apache-2.0
// `append TYPE key=value... --where EXPR`: one event for every entity that matches. UPDATE … WHERE and DELETE … WHERE
// of an append-only world.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/intake.hpp"
#include "query/match.hpp"

namespace carnet {

/// What is to be appended to what.
struct BulkChange {
  std::string type;
  std::vector<std::string> members;  ///< key=value, without those that name the entity.
  Kind entity = Kind::vol;
  Expr where;
  std::optional<std::uint64_t> limit;
};

/// Throws Usage where TYPE is not of entities that are there already, or a member names the entity; QuestionError.
BulkChange change_from(const std::vector<std::string>& words, const std::string& where,
                       std::optional<std::uint64_t> limit);

/// One line for each entity that matches in the tables, which are brought up to date first; it expects the version that
/// the entity had there. `streams`: their names, by an entry's index.
Batch matching_lines(const Common&, const BulkChange&, std::vector<std::string>& streams);

}  // namespace carnet

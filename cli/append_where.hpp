// SPDX-License-Identifier: Apache-2.0
// `append TYPE key=value... --where EXPR`: one event for every entity that matches. UPDATE … WHERE and DELETE … WHERE
// of an append-only world.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/command.hpp"
#include "cli/intake.hpp"
#include "events/reader.hpp"
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
/// the entity had there. Read as they are needed: memory does not grow with their number.
class MatchingLines {
 public:
  MatchingLines(const Common&, BulkChange);

  /// About one commit's, named by their streams; empty after the last, or when interrupted.
  Batch next();

 private:
  void look_ahead();

  BulkChange change_;
  Connection connection_;
  Session session_;
  Matches matches_;
  Reader reader_;
  std::deque<Match> ahead_;  ///< Whose versions are known.
  std::unordered_map<Position, Version> versions_;
  std::uint64_t lines_ = 0;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// `carnet query`: from its options to the printed answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/answer.hpp"
#include "query/plan.hpp"

namespace carnet {

/// As given on the command line; lists as one option each, or comma separated.
struct QueryOptions {
  std::string entity;
  std::optional<std::string> where, having;
  std::vector<std::string> with, sort, group_by;
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;
  std::optional<std::string> after;
  bool count = false;
  std::vector<std::string> count_distinct, sum, avg, min, max;
  bool echo = false, explain = false;
  bool stale = false;
  std::optional<std::uint64_t> at_least;
  std::optional<std::string> as_of;
  Format format = Format::table;
};

/// What is to be asked. Needs no database. Throws QuestionError.
Question question_of(const QueryOptions&);

/// How, of the tables in the schema. Throws QuestionError.
Plan plan_of(const Question&, std::string_view schema = projection_schema);

/// The condition of a --where. Throws QuestionError.
Expr where_of(Kind, std::string_view text);

/// Says why there is no question, and points at the place.
void report(const QuestionError&);

/// Asks it and prints the answer.
void ask(const Plan&, const QueryOptions&, Connection&);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// A question: what is asked of the tables, as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/expr.hpp"

namespace carnet {

struct Sort {
  Expr by;
  bool descending = false;  ///< Nulls come last either way.
};

/// Rows of one entity with the relations that are loaded; or, where there are groups or aggregates, one row a group.
struct Question {
  Kind entity = Kind::vol;
  std::optional<Expr> where;
  std::vector<Path> with;  ///< Relations to load; their prefixes are loaded, too.
  std::vector<Sort> sort;  ///< Ties are broken by the primary key, or by the groups.
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;
  std::optional<std::string> after;  ///< Only rows behind this place in the order: a cursor. Empty: from the first row.
  std::vector<Expr> group_by;        ///< Sorted by these unless `sort` says otherwise.
  std::vector<Expr> aggregates;      ///< Without groups: one row over everything.
  std::optional<Expr> having;

  bool grouped() const { return !group_by.empty() || !aggregates.empty(); }
};

}  // namespace carnet

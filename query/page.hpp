// SPDX-License-Identifier: Apache-2.0
// The order of an answer, and the pages of it that begin behind a row: keyset pages, which neither skip nor repeat a
// row when others come or go between them.
#pragma once

#include "query/session.hpp"
#include "query/sql.hpp"

namespace carnet {

struct OrderTerm {
  std::string sql;
  Type type;
  bool descending;
  bool nullable;
};

/// The question's own order, made whole by what tells every row from every other: the primary key, or the groups.
std::vector<OrderTerm> order_of(const Question&, Scope&);

std::string order_by(const std::vector<OrderTerm>&);  ///< "a desc nulls last, b"
std::string limits(const Question&, Draft&);          ///< "limit $1 offset $2"

/// Conditions for the rows behind the cursor. Where there are two, each finds its rows through an index and no row is
/// in both; the second's rows come last. Throws QuestionError where the cursor is none of this order.
std::vector<std::string> behind(std::string_view cursor, const std::vector<OrderTerm>&, Draft&);

/// The place of the row in its answer: its values in the order, comma separated, `2026-11-22T10:05:00Z,AF101`.
std::string cursor(const Plan&, const Tuple& row);

}  // namespace carnet

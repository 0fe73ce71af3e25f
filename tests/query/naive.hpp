// SPDX-License-Identifier: Apache-2.0
// Answers questions over rows in memory the naive way: every row, every related row, every binding. No index, no join,
// no SQL. The module's answers are held against it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "query/question.hpp"

namespace carnet {

using NaiveRow = std::vector<Value>;  ///< By the table's columns.

struct NaiveTables {
  std::map<Kind, std::vector<NaiveRow>> rows;

  /// One text a row, relations nested in it; a group's row likewise. In the question's order, else sorted as texts.
  std::vector<std::string> answer(const Question&) const;
};

/// How a row of an answer reads; numbers to ten digits, as sums of doubles differ in the last.
std::string shown(const Value&);

/// Whether the question says in which order its rows come.
bool ordered(const Question&);

}  // namespace carnet

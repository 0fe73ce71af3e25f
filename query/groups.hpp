// SPDX-License-Identifier: Apache-2.0
// Questions whose answer is a row a group.
#pragma once

#include "query/sql.hpp"

namespace carnet {

Plan compile_groups(const Question&, const std::string& schema);

/// Aggregates by the keys of to-one relations first and joins what is left, where that gives the same answer: a group
/// of avions is made of a few thousand sums and not of a million flights. The scope then stands on a subquery, and the
/// condition that remains for it is given. Null where the question is not one of those.
std::optional<std::string> aggregate_early(const Question&, Draft&, Scope&);

}  // namespace carnet

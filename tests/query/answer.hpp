// SPDX-License-Identifier: Apache-2.0
// The module's answers in the form of the naive ones.
#pragma once

#include <string>
#include <vector>

#include "query/session.hpp"

namespace carnet {

int rounds(int by_default);  ///< Or CARNET_ROUNDS, for a long run.

std::string nested(const TupleShape&, const Tuple&);

/// As NaiveTables::answer.
std::vector<std::string> answer(Session&, const Question&);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// What accepted events would make of the tables' rows: `append --dry-run`.
#pragma once

#include <vector>

#include "cli/command.hpp"
#include "events/ledger.hpp"

namespace carnet {

/// Prints each row that would be inserted, updated or deleted, as it is and as it would be, in the order of the tables
/// and their keys. The answers are those to the lines, or to the first of them. The tables are brought up to date
/// first; where there are none yet, or their server is down, says so instead.
void print_row_changes(const Common&, const std::vector<Line>& lines, const std::vector<Answer>& answers);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// What `carnet verify` prints.
#pragma once

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "projector/connection.hpp"

namespace carnet {

/// Writes the verdicts on ledger, history and tables, a line each, indented lines below that of the tables for what
/// differs. False where anything is wrong. Throws NoLedger, Interrupted, DatabaseDown.
bool verify_home(const Common&, bool deep, Output&, StopFlag stop);

}  // namespace carnet

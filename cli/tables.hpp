// SPDX-License-Identifier: Apache-2.0
// The tables that a home's ledger is projected to: where they are, and bringing them up to date.
#pragma once

#include <functional>
#include <string>

#include "cli/command.hpp"
#include "events/reader.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// A reader of the home's ledger. Throws NoLedger where there is none yet.
Reader open_ledger(const Common&);

/// The database's URI; the private server is started where it does not run.
std::string start_database(const Common&, StopFlag stop = nullptr);

/// Brings the tables up to the ledger's last record, with a progress bar where that takes long; gives their URI.
/// `stale`: leaves them as they are.
std::string current_tables(const Common&, bool stale);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The tables that a home's ledger is projected to: where they are, and bringing them up to date.
#pragma once

#include <functional>
#include <string>

#include "cli/command.hpp"
#include "cli/history_place.hpp"
#include "events/reader.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// A reader of the home's ledger. Throws NoLedger where there is none yet.
Reader open_ledger(const Common&);

/// The database's URI; the private server is started where it does not run.
std::string start_database(const Common&, StopFlag stop = nullptr);

/// Brings the tables up to the ledger's last record, with a progress bar where that takes long, and gives the session
/// that did it. `stale`: leaves them as they are. To be called under an InterruptLatch, which ends what it waits for.
Connection open_tables(const Common&, bool stale = false);

/// The tables as they were, in a schema of their own, made now where they are not there. Gives its name.
std::string tables_as_of(const Common&, const HistoryPlace&);

}  // namespace carnet

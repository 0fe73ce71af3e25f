// SPDX-License-Identifier: Apache-2.0
// The tables that a home's ledger is projected to: where they are, and bringing them up to date.
#pragma once

#include <functional>
#include <optional>
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

/// Where tables are, and up to which position they are true at least.
struct ServedTables {
  std::string uri;
  Position position = 0;
};

/// The tables that the home's server keeps, once they have that position, or else its ledger's last one. Null where no
/// server runs, or not for the database that was asked for. Throws as Client does; ServerRefusal.
std::optional<ServedTables> served_tables(const Common&, std::optional<Position> at_least = {});

/// How fresh tables are to be.
struct Freshness {
  bool stale = false;                ///< As they are.
  std::optional<Position> at_least;  ///< With that position; it is waited for, for ten seconds.
};

/// A session with the tables, as of the ledger's last record unless told otherwise: brought up by the home's server, or
/// else here, with a progress bar where that takes long. To be called under an InterruptLatch, which ends what it waits
/// for.
Connection open_tables(const Common&, const Freshness& = {});

/// The tables as they were, in a schema of their own, made now where they are not there. Gives its name.
std::string tables_as_of(const Common&, const HistoryPlace&);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The tables and the checkpoint that says up to which position of which ledger they are true.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "events/reader.hpp"
#include "projector/connection.hpp"
#include "projector/schema.hpp"
#include "projector/transaction.hpp"

namespace carnet {

/// The tables are not of this ledger, ahead of it, or not what its history gives. Exit status 13.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Moved on in the transaction that writes the rows, never otherwise.
struct Checkpoint {
  std::string ledger;          ///< Head::uuid
  Position position = 0;       ///< Of the last record that is in the tables.
  std::uint64_t checksum = 0;  ///< Of that record.
  int schema_version = 0;
};

/// First statement of a transaction that asks several questions: a rebuild waits for its end before it swaps. It comes
/// before the transaction's snapshot is taken, as a SELECT would not.
std::string hold(const std::string& schema);
inline const std::string hold_projection = hold(projection_schema);

/// How a long piece of work says how far it is, and learns that it shall stop.
struct Watch {
  std::function<void(Position done, Position of)> progress;
  std::function<void(const std::string&)> say;  ///< What it waits for, one line.
  StopFlag stop = nullptr;
};

/// Null where the database has no such tables.
std::optional<Checkpoint> checkpoint(Connection&, const std::string& schema = projection_schema);

/// Whether the tables are of that ledger, of today's schema and up to its head.
bool stands_at(Connection&, const Head&);

/// Makes the tables where there are none, then brings them up to the reader's head (refreshed first), in windows of one
/// transaction each. One cheap statement where nothing is to be done. Several may do so at once: they take turns.
/// Gives the position reached. Throws Mismatch, Damage, DatabaseDown, DatabaseError, Interrupted; what was committed
/// before stays, and is true.
Position catch_up(Connection&, Reader&, const Watch& = {});

/// catch_up for as long as it takes: a server that goes away is waited for, with growing pauses. With `follow`, goes on
/// with what is appended until the stop flag is raised.
Position project(const std::string& uri, Reader&, const Watch& = {}, bool follow = false);

}  // namespace carnet

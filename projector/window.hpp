// SPDX-License-Identifier: Apache-2.0
// The step of a projection: a window of history, folded and committed together with the checkpoint.
#pragma once

#include <memory>
#include <string>

#include "events/reader.hpp"
#include "projector/connection.hpp"
#include "projector/fold.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Throws Mismatch unless the tables come from the reader's ledger as it is now.
void must_be_of(const Checkpoint&, Reader&);

/// Folds the records after a position up to another one: all of them, or Damage. Gives the last one's checksum.
std::uint64_t fold_history(Reader&, Position after, Position to, Fold&, const Watch&);

/// The records from a position on, as many as make a window, folded but for the rows that they go on from.
struct Window {
  Position after = 0, last = 0;
  std::uint64_t checksum = 0;  ///< Of the last record.
  Fold fold;
};

/// Ends at `to` at the latest.
std::unique_ptr<Window> fold_window(Reader&, Position after, Position to, StopFlag);

/// Where the checkpoint is to be moved from `at`, where the window begins.
Checkpoint checkpoint_after(const Window&, Checkpoint at);

/// Reads the rows that the window goes on from and writes those that it leaves, in a transaction that has moved the
/// checkpoint.
void write_window(Connection&, const std::string& schema, Window&);

/// Brings the tables from `at` up to a position, in windows of one transaction each: while the server writes one, the
/// next one is folded. Gives the checkpoint reached, which is further where somebody else went on.
Checkpoint advance(Connection&, const std::string& schema, Reader&, Checkpoint at, Position to, const Watch&);

}  // namespace carnet

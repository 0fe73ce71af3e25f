// SPDX-License-Identifier: Apache-2.0
// The step of a projection: a window of history, folded and committed together with the checkpoint.
#pragma once

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

/// Folds the next window after `at`, which ends at `to` at the latest, into the tables, and moves the checkpoint, in
/// the caller's transaction. Null, and nothing done, where the checkpoint is not there any more.
std::optional<Checkpoint> advance_within(Connection&, const std::string& schema, Reader&, const Checkpoint& at,
                                         Position to, const Watch&);

/// The same in a transaction of its own. Gives the checkpoint reached, or the one that somebody else reached first.
Checkpoint advance(Connection&, const std::string& schema, Reader&, const Checkpoint& at, Position to, const Watch&);

}  // namespace carnet

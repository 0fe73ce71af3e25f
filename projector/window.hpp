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

/// Folds the next window, at most up to `to`, into the tables and commits it. Gives the checkpoint reached; unchanged
/// where somebody else was there already.
Checkpoint advance(Connection&, const std::string& schema, Reader&, Position to, const Watch&);

/// The same within the caller's transaction, which has the checkpoint for itself.
Checkpoint advance_from(Checkpoint at, Connection&, const std::string& schema, Reader&, Position to, const Watch&);

}  // namespace carnet

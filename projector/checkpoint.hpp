// SPDX-License-Identifier: Apache-2.0
// The checkpoint's row: written with the tables, then moved in every transaction that writes rows.
#pragma once

#include <string>

#include "projector/connection.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Frozen; in the transaction that made its table.
void write_first_checkpoint(Connection&, const std::string& schema, const Checkpoint&);

/// A statement that reads the checkpoint and keeps it until the transaction ends: projectors take turns by it.
std::string checkpoint_for_update(const std::string& schema);
Checkpoint checkpoint_from(const Result&);  ///< Throws Mismatch where it is not one row.

/// And notifies those who LISTEN to the schema's name, at the commit. Throws Mismatch where the checkpoint is not at
/// `from` any more: then somebody else wrote, and this transaction must not.
void move_checkpoint(Connection&, const std::string& schema, const Checkpoint& from, Position position,
                     std::uint64_t checksum);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The checkpoint's row: written with the tables, then moved in every transaction that writes rows.
#pragma once

#include <string>

#include "projector/connection.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Frozen; in the transaction that made its table.
void write_first_checkpoint(Connection&, const std::string& schema, const Checkpoint&);

/// From the one to the other, and notifies those who LISTEN to the schema's name, at the commit. False where it is not
/// at `from` any more: then somebody else wrote, and this transaction must not. Projectors take turns by it, since the
/// row stays locked until the transaction ends.
bool move_checkpoint(Connection&, const std::string& schema, const Checkpoint& from, const Checkpoint& to);

}  // namespace carnet

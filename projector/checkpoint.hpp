// SPDX-License-Identifier: Apache-2.0
// The checkpoint's row: written with the tables, then moved in every transaction that writes rows.
#pragma once

#include <string>

#include "projector/connection.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Frozen; in the transaction that made its table.
void write_first_checkpoint(Connection&, const std::string& schema, const Checkpoint&);

/// The statement that moves it from the one to the other, and at the commit notifies those who LISTEN to the schema's
/// name. It gives no row where the checkpoint is not at `from` any more: then somebody else wrote, and this transaction
/// must not. Projectors take turns by it, since the row stays locked until the transaction ends.
std::string moving_checkpoint(Connection&, const std::string& schema, const Checkpoint& from, const Checkpoint& to);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Puts a schema in another one's place: by rename, in one transaction.
#pragma once

#include <string>

#include "events/reader.hpp"
#include "projector/connection.hpp"
#include "projector/projection.hpp"

namespace carnet {

struct Swap {
  std::string schema;     ///< The name to have.
  std::string successor;  ///< The schema that gets it.
  bool follows = false;   ///< A projection that goes on: it is brought up to the ledger's head within the swap.
  bool keep_former = false;
};

/// Throws DatabaseError that names what stands in the way: a schema that is not carnet's, or what hangs on its tables.
void must_be_replaceable(Connection&, const Swap&);

/// Makes the users' own indexes of the schema's tables for the successor's.
void carry_indexes(Connection&, const Swap&);

/// Waits for questions that hold the projection, keeping new ones out for moments only. Gives the name of the former
/// schema where it is still there: it was to be kept, or a session still reads it (the next rebuild drops it).
std::string swap_in(Connection&, Reader&, const Swap&, const Watch&);

/// Drops the successor, and what earlier rebuilds could not drop.
void clear_remains(Connection&, const Swap&);

/// Drops a schema with its tables, whole or unfinished, and nothing that is not carnet's. Throws DatabaseError where
/// something of a user's is in it or depends on it, or a session still reads it (lock_not_available).
void drop(Connection&, const std::string& schema);
bool try_drop(Connection&, const std::string& schema);  ///< False where it cannot be dropped for these reasons.

/// A schema's identity, whatever its name; empty where there is none.
std::string identity_of(Connection&, const std::string& schema);

}  // namespace carnet

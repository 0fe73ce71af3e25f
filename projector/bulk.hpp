// SPDX-License-Identifier: Apache-2.0
// Makes tables out of a whole history at the speed of COPY: rows first, keys and indexes after, foreign keys last.
#pragma once

#include <string>

#include "events/reader.hpp"
#include "projector/connection.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Makes the schema with its tables as the history up to `until` gives them, analysed, and read back: what is in the
/// tables is what was folded, else Mismatch. Rows and checkpoint are frozen, so that transactions that began before
/// see them too. Where it throws, the schema may be there, unfinished. The history's states take that much memory at
/// most; more of them take further passes over the history.
void build_tables(Connection& one, Connection& two, Reader&, const std::string& schema, Position until,
                  std::size_t memory_bytes, const Watch&);

}  // namespace carnet

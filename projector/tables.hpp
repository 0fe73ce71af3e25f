// SPDX-License-Identifier: Apache-2.0
// What a window reads from the tables and writes to them, a few statements each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projector/fold.hpp"
#include "projector/projection.hpp"

namespace carnet {

/// Makes the schema with its tables for that ledger, at position 0, unless it has them. Two may do so at once.
void make_tables(Connection&, const std::string& schema, const std::string& ledger);

/// Until the transaction ends nobody else makes tables.
void hold_making(Connection&);

/// Lets the role that can only SELECT read the schema, where the server has that role.
void let_reader_in(Connection&, const std::string& schema);

/// Calls `visit` with each tuple of a table, or of a query in parentheses.
void read_tuples(Connection&, const std::string& source, const std::function<void(std::string_view)>& visit);

/// Calls `visit` with the rows of those streams that the tables have.
void fetch(Connection&, const std::string& schema, const std::vector<Stream>& streams,
           const std::function<void(Row)>& visit);

/// Throws Mismatch where a row is there that should not be, or the other way round.
void write(Connection&, const std::string& schema, const Changes& changes);

}  // namespace carnet

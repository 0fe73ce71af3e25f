// SPDX-License-Identifier: Apache-2.0
// Are the tables what the history gives? The history is folded again up to the checkpoint and held against every row.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "events/reader.hpp"
#include "projector/projection.hpp"

namespace carnet {

struct Difference {
  std::string table;   ///< "vols"
  std::string key;     ///< "AF101", "AF101/12"
  std::string column;  ///< Empty where it is the whole row: missing from the tables, or not of the history.
  std::optional<std::string> expected, found;  ///< As text; null: NULL, or no row.
};

struct TablesVerdict {
  Position position = 0;  ///< Of the checkpoint, up to which the tables should be true.
  std::uint64_t rows = 0, differences = 0;
};

/// Calls `visit` with every difference, table by table in the order of the primary keys. The tables are seen as of one
/// moment, whatever is projected meanwhile. Memory does not grow with the tables. Throws Mismatch where there are none,
/// or not this ledger's.
TablesVerdict verify_tables(Connection&, Reader&, const std::function<void(const Difference&)>& visit,
                            const Watch& = {}, std::size_t memory_bytes = std::size_t{512} << 20,
                            const std::string& schema = projection_schema);

}  // namespace carnet

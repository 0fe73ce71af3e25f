// SPDX-License-Identifier: Apache-2.0
// The statements that make the tables of schema.hpp, apart from their keys and indexes, so that a bulk load can come
// between.
#pragma once

#include <string>
#include <vector>

namespace carnet {

/// Of what follows here: another number means other tables, which a rebuild replaces.
inline constexpr int schema_version = 1;

/// The name of an index on the checkpoint: a schema that has it was made by carnet.
inline constexpr const char* mark_of_carnet = "checkpoint_one_row";

std::string create_tables(const std::string& schema);  ///< And the checkpoint, without its row.
/// In any order, and at the same time; in this one two connections are done with them at about the same time.
std::vector<std::string> indexes(const std::string& schema);
/// After the indexes: makes primary keys and unique constraints of them, at no cost.
std::vector<std::string> constraints(const std::string& schema);
std::vector<std::string> foreign_keys(const std::string& schema);  ///< After the constraints.
std::string grants(const std::string& schema, const std::string& reader);

}  // namespace carnet

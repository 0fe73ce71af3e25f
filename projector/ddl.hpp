// SPDX-License-Identifier: Apache-2.0
// The statements that make the tables of schema.hpp, apart from their keys and indexes, so that a bulk load can come
// between.
#pragma once

#include <string>
#include <vector>

namespace carnet {

/// Of what follows here: another number means other tables, which a rebuild replaces.
inline constexpr int schema_version = 1;

std::string create_tables(const std::string& schema);                  ///< And the checkpoint, without its row.
std::vector<std::string> keys_and_indexes(const std::string& schema);  ///< In any order, and at the same time.
std::vector<std::string> foreign_keys(const std::string& schema);      ///< After the keys.
std::string grants(const std::string& schema, const std::string& reader);

}  // namespace carnet

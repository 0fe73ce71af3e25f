// SPDX-License-Identifier: Apache-2.0
// A look at RocksDB's sorted files before RocksDB opens them.
#pragma once

#include <filesystem>

namespace carnet::store {

/// RocksDB reads one block of a sorted file, its properties, before it compares the block's checksum; where a bit there
/// says that it has a hash index, which it never has, an assertion of the library ends the process. Throws Damage for
/// such a file in the directory. All other damage is left to RocksDB to find.
void check_sorted_files(const std::filesystem::path& directory);

}  // namespace carnet::store

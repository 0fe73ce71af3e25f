// SPDX-License-Identifier: Apache-2.0
// RocksDB's write-ahead log and manifest, as far as carnet must look at them itself.
#pragma once

#include <filesystem>

namespace carnet::store {

/// Throws Damage where a record of these files in the directory says that its file was used before. None ever is, and
/// RocksDB 7.8 never comes to an end where it reads such a record beside the owner.
void check_log_files(const std::filesystem::path& directory);

}  // namespace carnet::store

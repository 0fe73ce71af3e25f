// SPDX-License-Identifier: Apache-2.0
// What the ledger's files have in common: how RocksDB is opened, and what its errors mean.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string>

namespace carnet::store {

namespace fs = std::filesystem;

/// Throws Damage where the status says that bytes are not what they were, std::system_error (ENOSPC, ENOENT, EIO ...)
/// for any other failure. Returns on success. `where` starts the message.
void check(const rocksdb::Status& status, const std::string& where);

/// The log: few large values under ascending keys, synced by the caller.
rocksdb::Options log_options(std::size_t memory_bytes);
/// The state: many small values, looked up mostly in vain.
rocksdb::Options state_options(std::size_t memory_bytes);

/// Opens for writing; makes the database where there is none and `create` says so.
std::unique_ptr<rocksdb::DB> open(rocksdb::Options, const fs::path&, bool create);
/// Opens beside the process that writes. Throws Damage, also where that process has just replaced a file.
std::unique_ptr<rocksdb::DB> open_beside(rocksdb::Options, const fs::path&);

/// A number as eight bytes whose order as text is its order as a number.
std::string ordered_key(std::uint64_t);
std::uint64_t from_ordered_key(std::string_view);

}  // namespace carnet::store

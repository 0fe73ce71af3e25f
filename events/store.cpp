// SPDX-License-Identifier: Apache-2.0
#include "events/store.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <bit>
#include <cstring>
#include <system_error>

#include "events/log_file.hpp"
#include "events/reader.hpp"
#include "events/sorted_file.hpp"

namespace carnet::store {
namespace {

// RocksDB's own log of what it does would grow beside the ledger, and readers may not write there.
class Silent : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options common() {
  rocksdb::Options options;
  options.info_log = std::make_shared<Silent>();
  options.paranoid_checks = true;
  options.recycle_log_file_num = 0;
  options.manual_wal_flush = false;
  options.max_file_opening_threads =
      1;  // at every look at the manifest RocksDB starts as many, be there nothing to open
  options.max_background_jobs = 2;
  options.writable_file_max_buffer_size = 128 << 10;
  options.compression = rocksdb::kLZ4Compression;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

}  // namespace

void check(const rocksdb::Status& status, const std::string& where) {
  if (status.ok()) return;
  const std::string what = fmt::format("{}: {}", where, status.ToString());
  if (status.IsCorruption() || status.IsNotFound()) throw Damage(what);
  if (status.IsNoSpace()) throw std::system_error(ENOSPC, std::generic_category(), where);
  if (status.IsPathNotFound()) throw Damage(what);
  throw std::system_error(EIO, std::generic_category(), what);
}

rocksdb::Options log_options(std::size_t memory_bytes) {
  rocksdb::Options options = common();
  // An innocent torn tail is cut off; anything else in the write-ahead log that is not what was written is refused, and
  // what RocksDB does not see is found by the head (head.hpp).
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.write_buffer_size = memory_bytes / 8;
  options.max_write_buffer_number = 3;
  // Files of the log do not overlap: merging them moves them, and many of them do no harm.
  options.level0_slowdown_writes_trigger = 1000;
  options.level0_stop_writes_trigger = 2000;
  options.target_file_size_base = 64 << 20;
  options.max_open_files = 64;  // its owner seldom reads it
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 64 << 10;
  table.block_cache = rocksdb::NewLRUCache(memory_bytes / 16);
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::Options state_options(std::size_t memory_bytes) {
  rocksdb::Options options = common();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.write_buffer_size = memory_bytes / 16;
  options.level0_file_num_compaction_trigger = 16;
  options.level0_slowdown_writes_trigger = 40;
  options.level0_stop_writes_trigger = 80;
  // A filter or an index is made and cached as a whole: small files keep them small, and one shard gives them room.
  options.target_file_size_base = memory_bytes / 16;
  options.max_bytes_for_level_base = memory_bytes;
  // What is soon merged again is not worth compressing.
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 4 << 10;
  table.block_cache = rocksdb::NewLRUCache(memory_bytes / 8, 0);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(16, false));
  table.whole_key_filtering = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::unique_ptr<rocksdb::DB> open(rocksdb::Options options, const fs::path& path, bool create) {
  check_sorted_files(path);
  // Merges and flushes: who waits for an answer goes first, and the log's files do not wait for the state's merges.
  options.env->IncBackgroundThreadsIfNeeded(2, rocksdb::Env::LOW);
  for (const auto pool : {rocksdb::Env::LOW, rocksdb::Env::HIGH}) {
    options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow);
  }
  options.create_if_missing = create;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path.string(), &db);
  // Where its files do not fit together RocksDB says IO error, invalid argument or corruption, as it happens.
  if (!status.ok() && !status.IsNoSpace() && !status.IsBusy()) {
    throw Damage(fmt::format("{}: cannot be opened: {}", path.string(), status.ToString()));
  }
  check(status, path.string());
  return std::unique_ptr<rocksdb::DB>(db);
}

std::unique_ptr<rocksdb::DB> open_beside(rocksdb::Options options, const fs::path& path) {
  check_sorted_files(path);
  check_log_files(path);
  options.max_open_files = -1;  // files that the owner replaces must be held on to
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenAsSecondary(options, path.string(), path.string(), &db);
  if (!status.ok()) throw Damage(fmt::format("{}: cannot be read: {}", path.string(), status.ToString()));
  return std::unique_ptr<rocksdb::DB>(db);
}

std::string ordered_key(std::uint64_t number) {
  const std::uint64_t big_endian = __builtin_bswap64(number);
  return {reinterpret_cast<const char*>(&big_endian), sizeof big_endian};
}

std::uint64_t from_ordered_key(std::string_view key) {
  std::uint64_t big_endian = 0;
  if (key.size() != sizeof big_endian) throw Damage("a key of the log is not eight bytes long");
  std::memcpy(&big_endian, key.data(), sizeof big_endian);
  return __builtin_bswap64(big_endian);
}

}  // namespace carnet::store

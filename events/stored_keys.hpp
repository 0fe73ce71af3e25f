// SPDX-License-Identifier: Apache-2.0
// Which keys the state may have on disk. Most look-ups are for what is not there, a new numero or a new id: these are
// answered without asking the disk.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>

#include "events/filter.hpp"

namespace carnet {

/// Over hashes of keys. Where there is a state already, its keys are read beside the work once that has gone on for a
/// while; until they are, every key may be there.
class StoredKeys {
 public:
  /// `directory` is named by errors. Of a state with nothing in it all keys are known, those that `add` is given.
  StoredKeys(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes, bool nothing_stored);
  ~StoredKeys();

  bool may_hold(std::uint64_t hash) const { return !complete_ || filter_->may_hold(hash); }
  /// Fetches what the next look at this key will need.
  void fetch(std::uint64_t hash) const {
    if (filter_) filter_->fetch(hash);
  }
  /// The key is on disk, or will be. Every one must be added that comes after `begins` said so.
  void add(std::uint64_t hash) {
    if (filter_) filter_->add(hash);
  }

  /// Counts lines on their way to be judged; takes over the keys when they have been read. True once, when the reading
  /// begins: those that are not on disk yet must be added now.
  bool begins(std::size_t lines);

 private:
  std::unique_ptr<Filter> read() const;

  rocksdb::DB& db_;
  std::filesystem::path directory_;
  std::size_t memory_bytes_;
  std::unique_ptr<Filter> filter_;
  bool complete_ = false;
  std::size_t lines_ = 0;
  std::atomic<bool> closing_ = false;
  std::future<std::unique_ptr<Filter>> reading_;
};

}  // namespace carnet

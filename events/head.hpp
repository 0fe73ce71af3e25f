// SPDX-License-Identifier: Apache-2.0
// The head: how far the ledger is durable, in a small file beside RocksDB's. Readers in other processes never go past
// it; and since RocksDB opens without complaint when the end of its write-ahead log is lost, an opening ledger must
// reach it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>

#include "events/record.hpp"

namespace carnet {

/// A mapped file of two slots that are written in turn, each with a checksum: one is whole whenever the machine stops.
/// In memory it is exact at every moment, so that a killed owner leaves it exact; on disk it is at most a second
/// behind, and exact after a clean stop.
class HeadFile {
 public:
  struct Mark {
    Position position = 0;
    std::uint64_t checksum = 0;
  };

  /// Throws std::system_error, or Damage where the file holds no whole slot. The owner may make it.
  HeadFile(const std::filesystem::path&, bool owner, bool create);
  ~HeadFile();
  HeadFile(const HeadFile&) = delete;

  Mark read() const;
  pid_t owner() const;
  /// Waits until a position beyond that one is published, at most so long; the system wakes it. Whether it is.
  bool wait_beyond(Position, std::chrono::milliseconds timeout) const;

  /// The owner's: what is durable now. Wakes those who wait for it; a thread brings it to disk.
  void publish(Mark);
  /// The owner's: to disk, now.
  void sync();

 private:
  struct Page;
  Page* page_ = nullptr;
  bool owner_;
  std::filesystem::path path_;
  std::jthread syncer_;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Reads a ledger beside the process that writes it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "events/record.hpp"

namespace carnet {

/// What was stored cannot be trusted: says where and what. Exit status 13.
struct Damage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where a ledger stands: enough to tell it from another one, and from an older copy of itself.
struct Head {
  std::string uuid;            ///< Of the ledger, 36 characters.
  Position position = 0;       ///< Of the last durable record.
  std::uint64_t checksum = 0;  ///< Of that record; 0 at position 0.
};

/// The head where it is known without opening the log, which takes RocksDB milliseconds: an owner at work publishes it,
/// and one that stopped left it exact. Null where that cannot be said: no ledger, or an owner that was killed.
/// Throws Damage, std::system_error.
std::optional<Head> published_head(const std::filesystem::path& directory);

/// One reader for one thread. Sees everything that was acknowledged before `refresh`, and nothing that is not durable.
/// Throws Damage where the files are not what was written, std::system_error where they cannot be read.
class Reader {
 public:
  /// Throws std::system_error (ENOENT) where there is no ledger in the directory.
  explicit Reader(const std::filesystem::path& directory);
  ~Reader();
  Reader(const Reader&) = delete;

  const Head& head() const;  ///< As of the last refresh, or of the opening.
  void refresh();

  /// Waits, at most so long, until there is more than at the last refresh: woken by the owner, within microseconds.
  /// Whether there is; a signal may end it early.
  bool wait(std::chrono::milliseconds timeout) const;

  /// Calls `visit` with the records from..to (both included, at most the head), in order, until it returns false.
  /// The record is valid during the call.
  void scan(Position from, Position to, const std::function<bool(const Record&)>& visit);

  /// Calls `visit` with the chunks from 1 to the head as they are stored (FORMAT.md), each following from the last one.
  void chunks(const std::function<void(std::string_view key, std::string_view value)>& visit);

  /// The checksum of the record at the position (0 for position 0): what a projection's checkpoint is compared with.
  std::uint64_t checksum_at(Position);

  /// One stream's own records, oldest first; reads no other stream's but for the newest tail.
  void history(const Stream&, const std::function<bool(const Record&)>& visit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The log: every record ever accepted, in the order of acceptance. RocksDB keeps it in chunks, one key each: extra keys
// are what an append costs, and one value of a thousand records takes a third of the time of a thousand values.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <string>

#include "events/record.hpp"

namespace carnet {

/// The last record of a log.
struct Tail {
  Position position = 0;
  std::uint64_t checksum = 0;
  Time recorded;
};

/// Gathers the records of one commit and adds them to a batch, a chunk a key.
class ChunkWriter {
 public:
  ChunkWriter(rocksdb::WriteBatch& batch, const Tail& tail, Time recorded);
  /// Gives the record its recorded time and its checksum, and takes it. Its position is the tail's plus one.
  void add(Record&);
  const Tail& tail() const { return tail_; }
  /// The chunk that is not full is written too. Returns the log's tail once the batch is committed.
  Tail finish();

 private:
  void begin();
  void end();

  rocksdb::WriteBatch& batch_;
  Tail tail_;
  std::string chunk_;
  std::uint32_t count_ = 0;
  std::uint64_t seed_ = 0;
};

/// Reads a log. Throws Damage where the bytes are not what was written, or a record is missing.
class Log {
 public:
  explicit Log(rocksdb::DB& db) : db_(db) {}

  Tail tail() const;
  /// The records from..to in order, until `visit` returns false. Every one of them must be there.
  void scan(Position from, Position to, const std::function<bool(const Record&)>& visit) const;
  /// The chunks that hold from..to, as RocksDB keeps them; each follows from the one before it. For copies.
  void chunks(Position from, Position to,
              const std::function<void(std::string_view key, std::string_view value)>& visit) const;
  /// One record; it must be there.
  Record at(Position) const;
  /// Its checksum, without decoding it; 0 at position 0.
  std::uint64_t checksum_at(Position) const;

 private:
  rocksdb::DB& db_;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The log: every record ever accepted, in the order of acceptance. RocksDB keeps it in chunks, one key each: extra keys
// are what an append costs, and one value of a thousand records takes a third of the time of a thousand values.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <string>
#include <vector>

#include "events/record.hpp"

namespace carnet {

/// The last record of a log.
struct Tail {
  Position position = 0;
  std::uint64_t checksum = 0;
  Time recorded;
};

/// The records of one commit, on their way to the log.
class Chunks {
 public:
  /// Goes on from the log's tail.
  Chunks(const Tail& tail, Time recorded);
  /// Gives the record its position, its recorded time and its checksum, and takes it.
  void add(Record&);
  /// The log's, once these are in it.
  const Tail& tail() const { return tail_; }

  bool holds(Position position) const { return first_ <= position && position <= tail_.position; }
  Record at(Position) const;  ///< One that it holds.

  struct Mark {
    std::size_t chunks, bytes;  // of the last chunk
    std::uint32_t records;      // of that one, too
    Tail tail;
  };
  Mark mark() const;
  void roll_back(const Mark&);  ///< What came after the mark goes.

  /// Puts them, a chunk a key.
  void write(rocksdb::WriteBatch&) const;

 private:
  void begin();

  Position first_;
  Tail tail_;
  std::vector<std::string> chunks_;
  std::uint32_t records_ = 0;  // in the last chunk
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

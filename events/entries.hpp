// SPDX-License-Identifier: Apache-2.0
// Entries of the state on their way to the database under it: many of them, written at once.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/record.hpp"

namespace carnet {

class Entries {
 public:
  /// `append_value` appends to a string. An entry without a value is one to be deleted.
  void add(std::string_view key, auto&& append_value) {
    Entry& entry = entries_.emplace_back(Entry{beginning(key), bytes_.size(), key.size(), 0});
    bytes_ += key;
    const std::size_t start = bytes_.size();
    append_value(bytes_);
    entry.value_size = bytes_.size() - start;
  }
  void add(const Digest& identity, Position position) { ids_.emplace_back(identity, position); }

  /// Sorts them and writes them all or none. `directory` takes the file that is handed over to the database where they
  /// are many.
  void write(rocksdb::DB& db, const std::filesystem::path& directory);

 private:
  using Beginning = std::pair<std::uint64_t, std::uint64_t>;  // sixteen bytes: most keys differ there already
  struct Entry {
    Beginning beginning;
    std::size_t start, key_size, value_size;
  };

  static Beginning beginning(std::string_view key);
  std::string_view key(const Entry& e) const { return std::string_view{bytes_}.substr(e.start, e.key_size); }
  void each(auto&& visit) const;

  std::vector<Entry> entries_;
  std::string bytes_;  // each entry's key and value
  std::vector<std::pair<Digest, Position>> ids_;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/entries.hpp"

#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "events/fetch.hpp"
#include "events/state_keys.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

// From so many entries on, a sorted file handed over to RocksDB is quicker than its memtable.
constexpr std::size_t worth_a_file = 2000;

}  // namespace

Entries::Beginning Entries::beginning(std::string_view key) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), key.data(), std::min(key.size(), sizeof words));
  return {__builtin_bswap64(words[0]), __builtin_bswap64(words[1])};
}

// In the order of the keys: those of the ids come last. The bytes lie in another one.
void Entries::each(auto&& visit) const {
  constexpr std::size_t at_once = 32;
  for (std::span<const Entry> rest = entries_; !rest.empty();) {
    const auto some = rest.first(std::min(at_once, rest.size()));
    for (const Entry& e : some) fetch(&bytes_[e.start]);
    for (const Entry& e : some) visit(key(e), std::string_view{bytes_}.substr(e.start + e.key_size, e.value_size));
    rest = rest.subspan(some.size());
  }
  for (const auto& [identity, position] : ids_) visit(key_of(identity), store::ordered_key(position));
}

void Entries::write(rocksdb::DB& db, const std::filesystem::path& directory) {
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) {
    return a.beginning != b.beginning ? a.beginning < b.beginning : key(a) < key(b);
  });
  const auto digest = [](const auto& id) { return std::pair(id.first.high, id.first.low); };
  std::ranges::sort(ids_, {}, [&](const auto& id) { return std::pair(digest(id), id.second); });
  const auto later = std::ranges::unique(ids_, {}, digest);  // an old history may have two ids with one hash
  ids_.erase(later.begin(), later.end());
  if (entries_.size() + ids_.size() < worth_a_file) {
    rocksdb::WriteBatch batch;
    each([&](std::string_view key, std::string_view value) {
      store::check(value.empty() ? batch.Delete(key) : batch.Put(key, value), directory.string());
    });
    store::check(db.Write({}, &batch), directory.string());
    return;
  }
  rocksdb::Options options = db.GetOptions();
  options.compression_per_level = {rocksdb::kNoCompression};  // soon merged into others
  rocksdb::SstFileWriter file{rocksdb::EnvOptions(options), options};
  const std::string path = directory / "incoming.sst";
  // A killed owner may have left this name as a second link to a file that RocksDB took over: written to, that one
  // would change.
  std::filesystem::remove(path);
  store::check(file.Open(path), path);
  each([&](std::string_view key, std::string_view value) {
    store::check(value.empty() ? file.Delete(key) : file.Put(key, value), path);
  });
  store::check(file.Finish(), path);
  rocksdb::IngestExternalFileOptions ingestion;
  ingestion.move_files = true;
  ingestion.snapshot_consistency = false;
  store::check(db.IngestExternalFile({path}, ingestion), path);
}

}  // namespace carnet

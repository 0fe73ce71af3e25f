// SPDX-License-Identifier: Apache-2.0
#include "events/entries.hpp"

#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "events/reader.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

// From so many entries on, a sorted file handed over to RocksDB is quicker than its memtable.
constexpr std::size_t worth_a_file = 2000;

std::string ordered_id(std::int32_t id) {
  const auto big_endian = __builtin_bswap32(static_cast<std::uint32_t>(id));
  return {reinterpret_cast<const char*>(&big_endian), sizeof big_endian};
}

std::size_t hash(std::string_view text, std::int32_t id, std::uint8_t kind) {
  return XXH3_64bits_withSeed(text.data(), text.size(), static_cast<std::uint64_t>(id) << 8 | kind);
}
}  // namespace

std::string key_of(const Stream& s) {
  std::string key = "e";
  key += static_cast<char>(s.kind);
  key += s.numero;
  if (s.kind == Kind::reservation) key += '\0';
  if (s.kind != Kind::vol) key += ordered_id(s.id);
  return key;
}

std::string key_of(const Claim& c) {
  std::string key = "c";
  key += static_cast<char>(c.of);
  return key + ordered_id(c.id) + c.text;
}

std::string key_of(const Digest& identity) {
  return "i" + store::ordered_key(identity.high) + store::ordered_key(identity.low);
}

std::size_t hash(const Stream& s) {
  return hash(s.numero, s.id, static_cast<std::uint8_t>(s.kind));
}
std::size_t hash(const Claim& c) {
  return hash(c.text, c.id, static_cast<std::uint8_t>(c.of));
}

std::uint64_t hash_of_key(std::string_view key) {
  const auto id = [&](std::size_t at) {
    std::uint32_t big_endian = 0;
    std::memcpy(&big_endian, key.data() + at, sizeof big_endian);
    return static_cast<std::int32_t>(__builtin_bswap32(big_endian));
  };
  if (key.size() < 3 || (key.size() < 6 && key[1] != static_cast<char>(Kind::vol)))
    throw Damage("state: a key too short");
  if (key.starts_with('i')) return store::from_ordered_key(key.substr(9));
  const auto kind = static_cast<std::uint8_t>(key[1]);
  if (key.starts_with('c')) return hash(key.substr(6), id(2), kind);
  if (kind == static_cast<std::uint8_t>(Kind::vol)) return hash(key.substr(2), 0, kind);
  const std::size_t numero_end = kind == static_cast<std::uint8_t>(Kind::reservation) ? key.size() - 5 : 2;
  return hash(key.substr(2, numero_end - 2), id(key.size() - 4), kind);
}

void Entries::add(std::string_view key, std::string_view value) {
  entries_.push_back({beginning(key), bytes_.size(), key.size(), value.size()});
  bytes_.append(key).append(value);
}

Entries::Beginning Entries::beginning(std::string_view key) {
  Beginning words{};
  std::memcpy(words.data(), key.data(), std::min(key.size(), sizeof words));
  return {__builtin_bswap64(words[0]), __builtin_bswap64(words[1])};
}

// In the order of the keys: those of the ids come last.
void Entries::each(auto&& visit) const {
  for (const Entry& e : entries_) visit(key(e), std::string_view{bytes_}.substr(e.start + e.key_size, e.value_size));
  for (const auto& [identity, position] : ids_) visit(key_of(identity), store::ordered_key(position));
}

void Entries::write(rocksdb::DB& db, const std::filesystem::path& directory) {
  std::ranges::sort(entries_, [&](const Entry& a, const Entry& b) {
    return a.beginning != b.beginning ? a.beginning < b.beginning : key(a) < key(b);
  });
  std::ranges::sort(ids_, {}, [](const auto& id) { return std::pair(id.first.high, id.first.low); });
  if (entries_.size() + ids_.size() < worth_a_file) {
    rocksdb::WriteBatch batch;
    each([&](std::string_view key, std::string_view value) {
      store::check(value.empty() ? batch.Delete(key) : batch.Put(key, value), directory.string());
    });
    store::check(db.Write({}, &batch), directory.string());
    return;
  }
  rocksdb::Options options = db.GetOptions();
  options.compression = rocksdb::kNoCompression;  // soon merged into others
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

// SPDX-License-Identifier: Apache-2.0
#include "events/log.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "events/archive.hpp"
#include "events/codec.hpp"
#include "events/reader.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

constexpr std::uint8_t chunk_format = 1;
constexpr std::uint32_t max_records = 1024;
constexpr std::size_t max_bytes = 256 << 10;

// FORMAT.md, "Chunks".
struct Header {
  std::uint32_t count = 0;
  Position first = 0;
  Time recorded;
  std::uint64_t before = 0;  ///< Checksum of the record before the first.

  static constexpr std::size_t size = 1 + 4 + 8 + 8 + 8;

  void write(char* out) const {
    const std::int64_t microseconds = recorded.time_since_epoch().count();
    *out = static_cast<char>(chunk_format);
    write_count(out, count);
    std::memcpy(out + 5, &first, 8);
    std::memcpy(out + 13, &microseconds, 8);
    std::memcpy(out + 21, &before, 8);
  }
  static void write_count(char* out, std::uint32_t count) { std::memcpy(out + 1, &count, 4); }
  static Header read(std::string_view& in) {
    if (in.size() < size) throw BadBytes("a chunk shorter than its header");
    if (static_cast<std::uint8_t>(in[0]) != chunk_format) {
      throw BadBytes(fmt::format("a chunk of format {}", static_cast<std::uint8_t>(in[0])));
    }
    Header header;
    std::int64_t microseconds = 0;
    std::memcpy(&header.count, in.data() + 1, 4);
    std::memcpy(&header.first, in.data() + 5, 8);
    std::memcpy(&microseconds, in.data() + 13, 8);
    std::memcpy(&header.before, in.data() + 21, 8);
    header.recorded = Time{std::chrono::microseconds{microseconds}};
    in.remove_prefix(size);
    return header;
  }
};

// The first record's checksum is seeded with that of the header, so that these bytes are covered too: all but the
// count, which grows with the chunk and must agree with the key.
std::uint64_t seed_of(std::string_view chunk) {
  constexpr std::size_t behind_count = 1 + 4;
  return XXH3_64bits(chunk.data() + behind_count, Header::size - behind_count);
}

Damage damage(Position position, const std::string& what) {
  return Damage(fmt::format("ledger: position {}: {}", position, what));
}

// A chunk as an iterator stands on it: header read, and that the key tells the same last position.
struct Chunk {
  Header header;
  std::uint64_t seed;
  std::string_view records;

  explicit Chunk(const rocksdb::Iterator& it) {
    const Position last = store::from_ordered_key(it.key().ToStringView());
    try {
      const std::string_view whole = records = it.value().ToStringView();
      header = Header::read(records);
      seed = seed_of(whole);
    } catch (const BadBytes& bad) {
      throw damage(last, bad.what());
    }
    if (header.count == 0 || header.first == 0 || header.first + header.count - 1 != last) {
      throw damage(last, "its chunk is not the one that was written under this key");
    }
  }
  Position last() const { return header.first + header.count - 1; }
};

std::unique_ptr<rocksdb::Iterator> iterator(rocksdb::DB& db, bool bulk) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = !bulk;
  if (bulk) options.readahead_size = 256 << 10;
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(options));
}

void seek(rocksdb::Iterator& it, Position position) {
  it.Seek(store::ordered_key(position));
  store::check(it.status(), "ledger");
  if (!it.Valid()) throw damage(position, "is not there");
}

}  // namespace

Chunks::Chunks(const Tail& tail, Time recorded) : first_(tail.position + 1), tail_(tail) {
  tail_.recorded = std::max(tail.recorded, recorded);  // a clock that jumps back changes no order
}

void Chunks::begin() {
  const Header header{0, tail_.position + 1, tail_.recorded, tail_.checksum};
  std::string& chunk = chunks_.emplace_back(Header::size, '\0');
  header.write(chunk.data());
  records_ = 0;
}

void Chunks::add(Record& record) {
  if (chunks_.empty() || records_ == max_records || chunks_.back().size() >= max_bytes) begin();
  std::string& chunk = chunks_.back();
  record.position = ++tail_.position;
  record.recorded = tail_.recorded;
  record.checksum = tail_.checksum = encode(chunk, record, records_ == 0 ? seed_of(chunk) : tail_.checksum);
  Header::write_count(chunk.data(), ++records_);
}

Record Chunks::at(Position position) const {
  const auto first_of = [](std::string_view chunk) { return Header::read(chunk).first; };
  std::string_view bytes = *std::prev(std::ranges::upper_bound(chunks_, position, {}, first_of));
  std::uint64_t seed = seed_of(bytes);
  for (Position p = Header::read(bytes).first; p < position; ++p) seed = skip(bytes);
  Record record;
  record.position = position;
  record.recorded = tail_.recorded;
  decode(bytes, record, seed);
  return record;
}

Chunks::Mark Chunks::mark() const {
  return {chunks_.size(), chunks_.empty() ? 0 : chunks_.back().size(), records_, tail_};
}

void Chunks::roll_back(const Mark& mark) {
  chunks_.resize(mark.chunks);
  records_ = mark.records;
  tail_ = mark.tail;
  if (chunks_.empty()) return;
  chunks_.back().resize(mark.bytes);
  Header::write_count(chunks_.back().data(), records_);
}

void Chunks::write(rocksdb::WriteBatch& batch) const {
  for (std::string_view chunk : chunks_) {
    std::string_view rest = chunk;
    const Header header = Header::read(rest);
    store::check(batch.Put(store::ordered_key(header.first + header.count - 1), chunk), "ledger");
  }
}

Tail Log::tail() const {
  const auto it = iterator(db_, false);
  it->SeekToLast();
  store::check(it->status(), "ledger");
  if (!it->Valid()) return {};
  const Chunk chunk{*it};
  return {chunk.last(), checksum_at(chunk.last()), chunk.header.recorded};
}

void Log::scan(Position from, Position to, const std::function<bool(const Record&)>& visit) const {
  if (from > to) return;
  const auto it = iterator(db_, to - from > max_records);
  Record record;
  record.position = from;
  std::optional<std::uint64_t> before;
  for (seek(*it, from); record.position <= to; it->Next()) {
    store::check(it->status(), "ledger");
    if (!it->Valid()) throw damage(record.position, "is not there");
    const Chunk chunk{*it};
    if (before ? chunk.header.first != record.position || chunk.header.before != *before
               : chunk.header.first > record.position) {
      throw damage(record.position, "is not there, or does not follow from what stands before it");
    }
    std::string_view bytes = chunk.records;
    std::uint64_t seed = chunk.seed;
    const Position wanted = record.position;
    record.recorded = chunk.header.recorded;
    for (record.position = chunk.header.first; record.position <= std::min(to, chunk.last()); ++record.position) {
      try {
        if (record.position < wanted) {
          seed = skip(bytes);
          continue;
        }
        decode(bytes, record, seed);
      } catch (const BadBytes& bad) {
        throw damage(record.position, bad.what());
      }
      seed = record.checksum;
      if (!visit(record)) return;
    }
    if (record.position > chunk.last() && !bytes.empty()) throw damage(chunk.last(), "bytes left over in its chunk");
    before = seed;
  }
}

void Log::chunks(Position from, Position to,
                 const std::function<void(std::string_view key, std::string_view value)>& visit) const {
  if (from > to) return;
  const auto it = iterator(db_, true);
  std::uint64_t before = checksum_at(from - 1);
  for (seek(*it, from); from <= to; it->Next()) {
    store::check(it->status(), "ledger");
    if (!it->Valid()) throw damage(from, "is not there");
    const Chunk chunk{*it};
    if (chunk.header.first != from || chunk.header.before != before) {
      throw damage(from, "is not there, or does not follow from what stands before it");
    }
    std::string_view bytes = chunk.records;
    try {
      for (std::uint32_t i = 0; i < chunk.header.count; ++i) before = skip(bytes);
      if (!bytes.empty()) throw BadBytes("bytes left over in its chunk");
    } catch (const BadBytes& bad) {
      throw damage(chunk.last(), bad.what());
    }
    visit(it->key().ToStringView(), it->value().ToStringView());
    from = chunk.last() + 1;
  }
}

Record Log::at(Position position) const {
  Record found;
  scan(position, position, [&](const Record& record) {
    found = record;
    return false;
  });
  return found;
}

std::uint64_t Log::checksum_at(Position position) const {
  if (position == 0) return 0;
  const auto it = iterator(db_, false);
  seek(*it, position);
  const Chunk chunk{*it};
  if (chunk.header.first > position) throw damage(position, "is not there");
  std::string_view bytes = chunk.records;
  std::uint64_t checksum = 0;
  try {
    for (Position p = chunk.header.first; p <= position; ++p) checksum = skip(bytes);
  } catch (const BadBytes& bad) {
    throw damage(position, bad.what());
  }
  return checksum;
}

}  // namespace carnet

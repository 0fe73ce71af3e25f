// SPDX-License-Identifier: Apache-2.0
#include "events/state.hpp"

#include <fmt/format.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <ranges>

#include "events/archive.hpp"
#include "events/content.hpp"
#include "events/reader.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

// FORMAT.md, "State". The checkpoint stands before every other key.
const std::string checkpoint_key = "!";

std::string ordered_id(std::int32_t id) {
  const auto big_endian = __builtin_bswap32(static_cast<std::uint32_t>(id));
  return {reinterpret_cast<const char*>(&big_endian), sizeof big_endian};
}

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

template <class T>
T decoded(std::string_view bytes, T (*decode)(std::string_view)) {
  try {
    return decode(bytes);
  } catch (const BadBytes& bad) {
    throw Damage(fmt::format("state: an entry: {} (move the state away: it is folded anew from the log)", bad.what()));
  }
}

// Written back at the latest after so many events: folding them again takes a fraction of a second.
constexpr Position write_back_every = 256 << 10;
// From so many entries on, a sorted file handed over to RocksDB is quicker than its memtable.
constexpr std::size_t worth_a_file = 2000;
// An entity with its stream's name and its place in the map, about.
constexpr std::size_t bytes_an_entry = 400;

}  // namespace

std::size_t State::StreamHash::operator()(const Stream& s) const {
  return XXH3_64bits_withSeed(s.numero.data(), s.numero.size(),
                              static_cast<std::uint64_t>(s.id) << 8 | static_cast<std::uint8_t>(s.kind));
}

std::size_t State::ClaimHash::operator()(const Claim& c) const {
  return XXH3_64bits_withSeed(c.text.data(), c.text.size(),
                              static_cast<std::uint64_t>(c.id) << 8 | static_cast<std::uint8_t>(c.of));
}

State::State(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes)
    : db_(db), directory_(std::move(directory)), memory_bytes_(memory_bytes) {
  std::string value;
  if (!stored(checkpoint_key, value)) {
    nothing_stored_ = true;
    return;
  }
  try {
    Decoder from{value};
    from(checkpoint_.position, checkpoint_.checksum, checkpoint_.recorded, largest_[1], largest_[2], largest_[4]);
    from.finish();
  } catch (const BadBytes& bad) {
    throw Damage(fmt::format("{}: its checkpoint: {}", directory_.string(), bad.what()));
  }
}

State::~State() {
  if (writer_.valid()) writer_.wait();
}

bool State::stored(const std::string& key, std::string& value) {
  if (nothing_stored_) return false;
  const rocksdb::Status status = db_.Get({}, key, &value);
  if (status.IsNotFound()) return false;
  store::check(status, directory_.string());
  return true;
}

State::Entities::Slot& State::entity(const Stream& stream) {
  if (last_slot_ != nullptr && last_stream_ == stream) return *last_slot_;
  last_slot_ = &entity_behind_last(stream);
  last_stream_ = stream;
  return *last_slot_;
}

State::Entities::Slot& State::entity_behind_last(const Stream& stream) {
  if (Entities::Slot* slot = entities_.find(stream)) return *slot;
  std::string value;
  return entities_.add(stream, stored(key_of(stream), value) ? decoded(value, decode_known) : Known{});
}

State::Claims::Slot& State::claim(const Claim& claim) {
  if (Claims::Slot* slot = claims_.find(claim)) return *slot;
  std::string value;
  std::optional<Stream> holder;
  if (stored(key_of(claim), value)) holder = decoded(value, decode_stream);
  return claims_.add(claim, std::move(holder));
}

const Known& State::stream(const Stream& stream) {
  return entity(stream).value;
}
const Entity& State::find(const Stream& stream) {
  return entity(stream).value.entity;
}
bool State::known(const Stream& stream) {
  return entity(stream).value.version != 0;
}
std::optional<Stream> State::holder(const Claim& of) {
  return claim(of).value;
}
bool State::lives(const Stream& stream) {
  return alive(settled(find(stream), *this));
}

Position State::position_of(const Digest& identity) {
  if (auto found = ids_.find(identity); found != ids_.end()) return found->second;
  if (auto found = ids_being_written_.find(identity); found != ids_being_written_.end()) return found->second;
  if (auto found = ids_looked_up_.find(identity); found != ids_looked_up_.end()) return found->second;
  std::string value;
  return stored(key_of(identity), value) ? store::from_ordered_key(value) : 0;
}

void State::prefetch(std::span<const Line* const> lines) {
  ids_looked_up_.clear();
  if (nothing_stored_) return;
  struct Wanted {
    std::string key;
    std::optional<Stream> stream;  // else an id
    Digest identity;
  };
  std::vector<Wanted> wanted;
  const auto want = [&](Stream stream) {
    if (entities_.find(stream) == nullptr) wanted.push_back({key_of(stream), std::move(stream), {}});
  };
  for (const Line* line : lines) {
    Stream stream = stream_of(line->event);
    if (stream.kind == Kind::reservation) {
      want(Stream::vol(stream.numero));
      want(Stream::passager(stream.id));
    }
    want(std::move(stream));
    if (line->id.empty()) continue;
    const Digest key = identity(line->cloud_event ? line->cloud_event->source : "", line->id);
    if (!ids_.contains(key) && !ids_being_written_.contains(key)) wanted.push_back({key_of(key), {}, key});
  }
  std::ranges::sort(wanted, {}, &Wanted::key);
  wanted.erase(std::ranges::unique(wanted, {}, &Wanted::key).begin(), wanted.end());

  std::vector<rocksdb::Slice> keys;
  for (const Wanted& w : wanted) keys.emplace_back(w.key);
  std::vector<rocksdb::PinnableSlice> values(wanted.size());
  std::vector<rocksdb::Status> statuses(wanted.size());
  db_.MultiGet({}, db_.DefaultColumnFamily(), keys.size(), keys.data(), values.data(), statuses.data(), true);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool there = !statuses[i].IsNotFound();
    if (there) store::check(statuses[i], directory_.string());
    if (wanted[i].stream) {
      entities_.add(*wanted[i].stream, there ? decoded(values[i].ToStringView(), decode_known) : Known{});
    } else {
      ids_looked_up_.emplace(wanted[i].identity, there ? store::from_ordered_key(values[i].ToStringView()) : 0);
    }
  }
}

std::int32_t State::next_id(Kind kind) const {
  const std::int32_t largest = largest_[static_cast<std::size_t>(kind)];
  return largest == std::numeric_limits<std::int32_t>::max() ? 0 : largest + 1;
}

void State::hold(const Claim& of, Claims::Slot& slot, std::optional<Stream> holder) {
  if (undoing_) undo_claims_.emplace_back(of, slot.value);
  slot.value = std::move(holder);
  slot.dirty = true;
}

void State::fold(const Record& record) {
  const Stream stream = stream_of(record.event);
  Entities::Slot& slot = entity(stream);
  if (undoing_) undo_entities_.emplace_back(stream, slot.value);
  Known& known = slot.value;
  slot.dirty = true;

  known.entity = settled(std::move(known.entity), *this);
  const std::vector<Claim> before = claims(known.entity);
  apply(record.event, record.time, known.entity);
  const std::vector<Claim> after = claims(known.entity);
  for (const Claim& c : before) {
    if (std::ranges::find(after, c) != after.end()) continue;
    if (Claims::Slot& held = claim(c); held.value == stream) hold(c, held, std::nullopt);
  }
  for (const Claim& c : after) {
    if (std::ranges::find(before, c) == before.end()) hold(c, claim(c), stream);
  }

  known.version = record.version;
  known.position = record.position;
  if (stream.numero.empty()) {
    std::int32_t& largest = largest_[static_cast<std::size_t>(stream.kind)];
    largest = std::max(largest, stream.id);
  }
  if (!record.id.empty()) {
    const Digest key = identity(record.cloud_event ? record.cloud_event->source : "", record.id);
    if (ids_.emplace(key, record.position).second && undoing_) undo_ids_.push_back(key);
  }
}

void State::begin() {
  undoing_ = true;
  undo_largest_ = largest_;
}

void State::keep() {
  undoing_ = false;
  undo_entities_.clear();
  undo_claims_.clear();
  undo_ids_.clear();
}

void State::roll_back() {
  for (auto& [stream, known] : undo_entities_ | std::views::reverse) entity(stream).value = std::move(known);
  for (auto& [of, holder] : undo_claims_ | std::views::reverse) claim(of).value = std::move(holder);
  for (const Digest& key : undo_ids_) ids_.erase(key);
  largest_ = undo_largest_;
  keep();
}

void State::committed(const Tail& tail) {
  const std::size_t entries = memory_bytes_ / bytes_an_entry / 2;
  const bool full = entities_.young() + claims_.young() > entries;
  if (!full && tail.position - checkpoint_.position < write_back_every) return;
  write_back(tail, false);
  if (!full) return;
  // What is still being written stays in memory, in the old generation, until the next turn, which waits for it.
  entities_.turn();
  claims_.turn();
  last_slot_ = nullptr;
}

void State::wait_for_writer() {
  if (!writer_.valid()) return;
  writer_.get();
  ids_being_written_.clear();
}

void State::write_back(const Tail& tail, bool wait) {
  wait_for_writer();
  if (tail.position == checkpoint_.position) return;
  Sorted changes;
  entities_.clean([&](const Stream& stream, const Known& known) {
    if (known.version == 0) return;  // what made it was undone
    changes.emplace_back(key_of(stream), encode(known));
  });
  claims_.clean([&](const Claim& of, const std::optional<Stream>& holder) {
    changes.emplace_back(key_of(of), holder ? encode(*holder) : std::string{});
  });
  for (const auto& [key, position] : ids_) changes.emplace_back(key_of(key), store::ordered_key(position));
  std::string checkpoint;
  Encoder{checkpoint}(tail.position, tail.checksum, tail.recorded, largest_[1], largest_[2], largest_[4]);
  changes.emplace_back(checkpoint_key, std::move(checkpoint));
  checkpoint_ = tail;
  nothing_stored_ = false;

  if (changes.size() < worth_a_file) {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : changes) {
      store::check(value.empty() ? batch.Delete(key) : batch.Put(key, value), directory_.string());
    }
    store::check(db_.Write({}, &batch), directory_.string());
    ids_.clear();
    return;
  }
  ids_being_written_ = std::exchange(ids_, {});
  writer_ = std::async(std::launch::async, &State::write_file, this, std::move(changes), ++files_);
  if (wait) wait_for_writer();
}

void State::write_file(Sorted changes, std::uint64_t number) {
  std::ranges::sort(changes, {}, &Sorted::value_type::first);
  const rocksdb::Options options = db_.GetOptions();
  rocksdb::SstFileWriter file{rocksdb::EnvOptions(options), options};
  const std::string path = directory_ / fmt::format("incoming-{}.sst", number);
  // A killed owner may have left this name as a second link to a file that RocksDB took over: written to, that one
  // would change.
  std::filesystem::remove(path);
  store::check(file.Open(path), path);
  for (const auto& [key, value] : changes) {
    store::check(value.empty() ? file.Delete(key) : file.Put(key, value), path);
  }
  store::check(file.Finish(), path);
  rocksdb::IngestExternalFileOptions ingestion;
  ingestion.move_files = true;
  ingestion.snapshot_consistency = false;
  store::check(db_.IngestExternalFile({path}, ingestion), path);
}

}  // namespace carnet

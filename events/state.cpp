// SPDX-License-Identifier: Apache-2.0
#include "events/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ranges>

#include "events/archive.hpp"
#include "events/content.hpp"
#include "events/entries.hpp"
#include "events/reader.hpp"
#include "events/state_keys.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

template <class T>
T decoded(std::string_view bytes, T (*decode)(std::string_view)) {
  try {
    return decode(bytes);
  } catch (const BadBytes& bad) {
    throw Damage(fmt::format("state: an entry: {} (move the state away: it is folded anew from the log)", bad.what()));
  }
}

// A turn at the latest after so many events: folding them again takes a fraction of a second.
constexpr Position turn_every = 192 << 10;

// Of the state's memory, each of the two generations and the filter take these shares: together a quarter more than all
// of it, since less was slower (the ledger keeps the other half of its memory for RocksDB, which seldom needs it
// whole).
constexpr std::size_t full_generation(std::size_t memory_bytes) {
  return memory_bytes * 3 / 8;
}
constexpr std::size_t for_the_filter(std::size_t memory_bytes) {
  return memory_bytes / 2;
}

using HashedStream = std::pair<Stream, std::size_t>;

/// The streams that most lines are judged by. The others are looked up one by one.
std::vector<HashedStream> asked_for(std::span<const Line> lines) {
  std::vector<HashedStream> streams;
  streams.reserve(2 * lines.size());
  const auto add = [&](const Stream& stream) { streams.emplace_back(stream, hash_value(stream)); };
  for (const Line& line : lines) {
    const Stream own = stream_of(line.event);
    if (own.kind == Kind::reservation) {
      add(Stream::vol(own.numero.text()));
      add(Stream::passager(own.id));
    } else if (const auto* created = std::get_if<VolCreated>(&line.event)) {
      if (created->avion_id) add(Stream::avion(*created->avion_id));
      if (created->pilote_id) add(Stream::pilote(*created->pilote_id));
    }
    add(own);
  }
  return streams;
}

}  // namespace

State::State(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes)
    : db_(db),
      directory_(std::move(directory)),
      memory_bytes_(memory_bytes),
      stored_keys_(db_, directory_, for_the_filter(memory_bytes_), !read_checkpoint()) {}

State::~State() {
  if (writer_.valid()) writer_.wait();
}

// False where nothing was ever stored.
bool State::read_checkpoint() {
  std::string value;
  if (!stored(std::string{checkpoint_key}, value)) return false;
  try {
    Decoder from{value};
    from(checkpoint_.position, checkpoint_.checksum, checkpoint_.recorded, largest_[1], largest_[2], largest_[4]);
    from.finish();
    return true;
  } catch (const BadBytes& bad) {
    throw Damage(fmt::format("{}: its checkpoint: {}", directory_.string(), bad.what()));
  }
}

bool State::stored(const std::string& key, std::string& value) {
  const rocksdb::Status status = db_.Get({}, key, &value);
  if (status.IsNotFound()) return false;
  store::check(status, directory_.string());
  return true;
}

// Null where only the disk can tell.
State::Slot* State::in_memory(const Stream& stream, std::size_t hash) {
  if (Slot* slot = young_->entities.find(stream, hash)) return slot;
  if (!stored_keys_.may_hold(hash)) return &young_->entities.add(stream, hash);
  const Slot* old = old_->entities.find(stream, hash);
  if (old == nullptr) return nullptr;
  Slot& slot = young_->entities.add(stream, hash);
  slot.value = old->value;
  return &slot;
}

State::Slot& State::slot(const Stream& stream) {
  if (last_ != nullptr && last_->key == stream) return *last_;
  const std::size_t hash = hash_value(stream);
  last_ = in_memory(stream, hash);
  if (last_ != nullptr) return *last_;
  std::string value;
  const bool there = stored(key_of(stream), value);
  last_ = &young_->entities.add(stream, hash);
  if (there) last_->value = decoded(value, decode_known);
  return *last_;
}

State::Holding& State::holding(const Claim& claim) {
  const std::size_t hash = hash_value(claim);
  if (Claims::Slot* slot = young_->claims.find(claim, hash)) return slot->value;
  std::optional<Stream> holder;
  if (const Claims::Slot* old = old_->claims.find(claim, hash)) {
    holder = old->value.holder;
  } else {
    std::string value;
    if (stored_keys_.may_hold(hash) && stored(key_of(claim), value)) holder = decoded(value, decode_stream);
  }
  return young_->claims.add(claim, hash).value = {holder, holder};
}

const Entity& State::find(const Stream& stream) {
  return slot(stream).value.entity;
}
bool State::known(const Stream& stream) {
  return slot(stream).value.version != 0;
}
std::optional<Stream> State::holder(const Claim& of) {
  return holding(of).holder;
}
bool State::lives(const Stream& stream) {
  return alive(settled(find(stream), *this));
}

Position State::position_of(const Digest& identity) {
  if (!stored_keys_.may_hold(identity.low)) return 0;
  for (GivenIds* ids : {&young_->ids, &old_->ids, &ids_looked_up_}) {
    if (const Position* found = ids->find(identity)) return *found;
  }
  std::string value;
  return stored(key_of(identity), value) ? store::from_ordered_key(value) : 0;
}

void State::prefetch(std::span<const Line> lines) {
  ids_looked_up_.clear();
  if (stored_keys_.begins(lines.size())) {
    for (const Generation* generation : {young_.get(), old_.get()}) {
      generation->entities.each([&](const Slot& slot) { stored_keys_.add(slot.hash); });
      generation->claims.each([&](const Claims::Slot& slot) { stored_keys_.add(slot.hash); });
      for (const auto& [key, position] : generation->ids.all()) stored_keys_.add(key.low);
    }
  }
  struct Wanted {
    std::string key;
    Stream stream;
    Digest identity;
    bool is_id = false;
  };
  std::vector<Wanted> wanted;
  const std::vector<HashedStream> streams = asked_for(lines);
  for (const auto& [stream, hash] : streams) stored_keys_.fetch(hash);
  for (const Line& line : lines) {
    if (!line.id.empty()) stored_keys_.fetch(line.identity.low);
  }
  for (const auto& [stream, hash] : streams) {
    if (in_memory(stream, hash) == nullptr) wanted.push_back({key_of(stream), stream, {}});
  }
  for (const Line& line : lines) {
    const Digest& key = line.identity;
    if (line.id.empty() || !stored_keys_.may_hold(key.low) || young_->ids.find(key) || old_->ids.find(key)) continue;
    wanted.push_back({key_of(key), {}, key, true});
  }
  if (wanted.empty()) return;
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
    if (wanted[i].is_id) {
      ids_looked_up_.add(wanted[i].identity, there ? store::from_ordered_key(values[i].ToStringView()) : 0);
    } else {
      Slot& slot = young_->entities.add(wanted[i].stream, hash_value(wanted[i].stream));
      if (there) slot.value = decoded(values[i].ToStringView(), decode_known);
    }
  }
}

std::int32_t State::next_id(Kind kind) const {
  const std::int32_t largest = largest_[static_cast<std::size_t>(kind)];
  return largest == std::numeric_limits<std::int32_t>::max() ? 0 : largest + 1;
}

void State::change(Slot& slot) {
  if (undoing_) undo_entities_.emplace_back(&slot, slot.value);
  slot.changed = true;
}

void State::hold(Holding& holding, const std::optional<Stream>& holder) {
  if (undoing_) undo_claims_.emplace_back(&holding, holding.holder);
  holding.holder = holder;
}

void State::fold(const Record& record) {
  fold(record, slot(stream_of(record.event)), record.id.empty() ? Digest{} : identity(record.cloud_event, record.id));
}

void State::fold(const Record& record, Slot& own, const Digest& identity) {
  const Stream& stream = own.key;
  Known& known = own.value;
  change(own);

  settle(known.entity, *this);
  const carnet::Claims before = claims(known.entity);
  apply(record.event, record.time, known.entity);
  const carnet::Claims after = claims(known.entity);
  for (const Claim& c : before) {
    if (std::ranges::find(after, c) != after.end()) continue;
    if (Holding& held = holding(c); held.holder == stream) hold(held, std::nullopt);
  }
  for (const Claim& c : after) {
    if (std::ranges::find(before, c) == before.end()) hold(holding(c), stream);
  }

  if (record.version == 1) stored_keys_.add(own.hash);
  known.version = record.version;
  known.position = record.position;
  if (stream.numero.empty()) {
    std::int32_t& largest = largest_[static_cast<std::size_t>(stream.kind)];
    largest = std::max(largest, stream.id);
  }
  if (!record.id.empty()) {
    stored_keys_.add(identity.low);
    young_->ids.add(identity, record.position);
  }
}

void State::begin() {
  undoing_ = true;
  undo_ids_ = young_->ids.all().size();
  undo_largest_ = largest_;
}

void State::keep() {
  undoing_ = false;
  undo_entities_.clear();
  undo_claims_.clear();
  undo_entities_.shrink_to_fit();  // a request may have been large
  undo_claims_.shrink_to_fit();
}

void State::roll_back() {
  for (auto& [slot, known] : undo_entities_ | std::views::reverse) slot->value = std::move(known);
  for (auto& [holding, holder] : undo_claims_ | std::views::reverse) holding->holder = holder;
  young_->ids.cut(undo_ids_);
  largest_ = undo_largest_;
  keep();
}

bool State::due(Position last) const {
  return young_->bytes() > full_generation(memory_bytes_) || last - checkpoint_.position >= turn_every;
}

std::size_t State::Generation::bytes() const {
  return entities.bytes() + claims.bytes() + ids.bytes();
}

void State::Generation::clear() {
  entities.clear();
  claims.clear();
  ids.clear();
}

void State::turn(const Tail& tail) {
  wait_for_writer();
  young_->claims.each([&](const Claims::Slot& slot) {
    if (slot.value.holder != slot.value.stored) stored_keys_.add(slot.hash);
  });
  young_->largest = largest_;
  young_->tail = checkpoint_ = tail;
  std::swap(young_, old_);
  if (young_->bytes() > 2 * full_generation(memory_bytes_)) young_ = std::make_unique<Generation>();  // a large request
  young_->clear();
  last_ = nullptr;
}

void State::write_back() {
  writer_ = std::async(std::launch::async, &State::write, this, std::cref(*old_));
}

void State::committed(const Tail& tail) {
  if (!due(tail.position)) return;
  turn(tail);
  write_back();
}

void State::flush(const Tail& tail) {
  wait_for_writer();
  if (tail.position == checkpoint_.position) return;
  turn(tail);
  write_back();
  wait_for_writer();
}

void State::wait_for_writer() {
  if (writer_.valid()) writer_.get();
}

void State::write(const Generation& generation) const {
  Entries entries;
  generation.entities.each([&](const Slot& slot) {
    if (!slot.changed || slot.value.version == 0) return;  // or it was undone
    entries.add(key_of(slot.key), [&](std::string& bytes) { encode(bytes, slot.value); });
  });
  generation.claims.each([&](const Claims::Slot& slot) {
    const auto& [holder, stored] = slot.value;
    if (holder == stored) return;  // most are taken and let go of in between
    entries.add(key_of(slot.key), [&](std::string& bytes) {
      if (holder) encode(bytes, *holder);
    });
  });
  for (const auto& [key, position] : generation.ids.all()) entries.add(key, position);
  entries.add(checkpoint_key, [&](std::string& bytes) {
    const Tail& tail = generation.tail;
    const Largest& largest = generation.largest;
    Encoder to;
    to(tail.position, tail.checksum, tail.recorded, largest[1], largest[2], largest[4]);
    bytes.append(to.written().data(), to.written().size());
  });
  entries.write(db_, directory_);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/fold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "events/rules.hpp"
#include "projector/projection.hpp"

namespace carnet {
namespace {

/// Knows who died, which is all that `settled` asks.
class Deaths final : public World {
 public:
  explicit Deaths(const boost::unordered_flat_set<Key>& dead) : dead_(dead) {}
  const Entity& find(const Stream& stream) override { return dead_.contains(Key(stream)) ? nobody_ : somebody_; }
  bool known(const Stream&) override { return true; }
  std::optional<Stream> holder(const Claim&) override { return std::nullopt; }

 private:
  const boost::unordered_flat_set<Key>& dead_;
  const Entity nobody_, somebody_ = Avion{};
};

/// What others refer to and lose.
bool deletes(const Event& event) {
  return std::holds_alternative<AvionDeleted>(event) || std::holds_alternative<PiloteDeleted>(event) ||
         std::holds_alternative<VolDeleted>(event) || std::holds_alternative<PassagerDeleted>(event);
}

// Measured: a state, and its share of a hash table that is half full.
constexpr std::size_t bytes_of_state = 300;

std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > 15 ? text.capacity() + 16 : 0;
}
std::size_t heap_bytes(const std::optional<std::string>& text) {
  return text ? heap_bytes(*text) : 0;
}
std::size_t heap_bytes(const Entity& entity) {
  if (const auto* vol = std::get_if<Vol>(&entity)) return heap_bytes(vol->destination);
  if (const auto* avion = std::get_if<Avion>(&entity))
    return heap_bytes(avion->modele) + heap_bytes(avion->description);
  if (const auto* pilote = std::get_if<Pilote>(&entity)) return heap_bytes(pilote->nom) + heap_bytes(pilote->licence);
  if (const auto* passager = std::get_if<Passager>(&entity)) return heap_bytes(passager->nom);
  return 0;
}

std::size_t place_of(Kind kind) {
  return static_cast<std::size_t>(&table(kind) - tables().data());
}

}  // namespace

Key::Key(const Stream& stream) : kind(stream.kind), id(stream.id) {
  std::memcpy(numero.data(), stream.numero.data(), std::min(stream.numero.size(), numero.size()));
}

Stream Key::stream() const {
  return {kind, id, std::string(numero.begin(), std::ranges::find(numero, '\0'))};
}

std::size_t hash_value(const Key& key) {
  static_assert(sizeof(Key) == 16);
  auto words = std::bit_cast<std::array<std::uint64_t, 2>>(key);
  std::uint64_t mixed = words[0] * 0x9E3779B97F4A7C15u ^ std::rotl(words[1] * 0xC2B2AE3D27D4EB4Fu, 31);
  return (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
}

void Fold::take(const Record& record) {
  Key key(stream_of(record.event));
  if (deletes(record.event)) dead_.insert(key);
  if (!range_.contains(key)) return;
  auto [found, added] = index_.try_emplace(key, nullptr);
  if (added) {
    found->second = &states_.emplace_back(State{key, {}, false, record.version > 1});
    used_bytes_ += bytes_of_state;
  }
  State& state = *found->second;
  if (state.waits) {
    waiting_.push_back({&state, record.position, record.previous, record.time, record.event});
  } else {
    advance(state, record.event, record.time, record.position, record.previous);
  }
  if (used_bytes_ > memory_bytes_ && states_.size() > 1) let_go_of_half();
}

void Fold::advance(State& state, const Event& event, Time time, Position position, Position previous) {
  if (state.row.position != previous) {
    throw Damage(fmt::format("record {} of {} follows record {}, but the one before it is {}", position,
                             text(stream_of(event)), previous, state.row.position));
  }
  used_bytes_ -= heap_bytes(state.row.entity);
  apply(event, time, state.row.entity);
  used_bytes_ += heap_bytes(state.row.entity);
  state.row.position = position;
}

void Fold::let_go_of_half() {
  std::vector<Key> keys;
  keys.reserve(states_.size());
  for (const State& state : states_) keys.push_back(state.key);
  auto middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
  std::ranges::nth_element(keys, middle);
  range_.to = *middle;
  std::deque<State> kept;
  index_ = {};
  used_bytes_ = 0;
  for (; !states_.empty(); states_.pop_front()) {
    State& state = states_.front();
    if (!range_.contains(state.key)) continue;
    used_bytes_ += bytes_of_state + heap_bytes(state.row.entity);
    kept.push_back(std::move(state));
    index_.emplace(kept.back().key, &kept.back());
  }
  states_ = std::move(kept);
}

std::vector<Stream> Fold::missing() const {
  std::vector<Stream> streams;
  for (const auto& [key, state] : index_) {
    if (state->waits) streams.push_back(key.stream());
  }
  return streams;
}

void Fold::supply(Row row) {
  auto found = index_.find(Key(stream_of(row.entity)));
  if (found == index_.end() || !found->second->waits) return;
  State& state = *found->second;
  state.row = std::move(row);
  state.stored = true;
  state.waits = false;
}

Changes Fold::finish() {
  for (Waiting& next : waiting_) {
    State& state = *next.state;
    if (state.waits) {
      // No row: only a reservation can have gone and come back.
      if (!std::holds_alternative<ReservationMade>(next.event)) {
        throw Mismatch(fmt::format("the tables lack {}, which record {} goes on with (carnet rebuild)",
                                   text(stream_of(next.event)), next.position));
      }
      state.row.position = next.previous;
      state.waits = false;
    } else if (state.row.position != next.previous) {
      throw Mismatch(fmt::format("the tables have {} as of record {}, but record {} follows record {} (carnet rebuild)",
                                 text(stream_of(next.event)), state.row.position, next.position, next.previous));
    }
    advance(state, next.event, next.time, next.position, next.previous);
  }
  waiting_.clear();

  Changes changes;
  Deaths deaths(dead_);
  for (State& state : states_) {
    Changes::OfTable& of = changes.of[place_of(state.key.kind)];
    if (!dead_.empty()) state.row.entity = settled(std::move(state.row.entity), deaths);
    if (!alive(state.row.entity)) {
      if (state.stored) of.deleted.push_back(state.key.stream());
    } else {
      (state.stored ? of.updated : of.inserted).push_back(&state.row);
    }
  }
  return changes;
}

}  // namespace carnet

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
  auto [found, added] = index_.try_emplace(key, nullptr);
  if (added) {
    found->second = &states_.emplace_back();
    found->second->waits = record.version > 1;
  }
  State& state = *found->second;
  if (state.waits) {
    waiting_.push_back({&state, record.position, record.previous, record.time, record.event});
  } else {
    advance(state, record.event, record.time, record.position, record.previous);
  }
}

void Fold::advance(State& state, const Event& event, Time time, Position position, Position previous) {
  if (state.row.position != previous) {
    throw Damage(fmt::format("record {} of {} follows record {}, but the one before it is {}", position,
                             text(stream_of(event)), previous, state.row.position));
  }
  bool lived = alive(state.row.entity);
  apply(event, time, state.row.entity);
  state.row.position = position;
  if (lived && !alive(state.row.entity)) dead_.insert(Key(stream_of(event)));
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
  for (const auto& [key, state] : index_) {
    if (state->stored && !alive(state->row.entity)) changes.of[place_of(key.kind)].deleted.push_back(key.stream());
  }
  for (State& state : states_) {
    if (!alive(state.row.entity)) continue;
    Stream stream = stream_of(state.row.entity);
    Changes::OfTable& of = changes.of[place_of(stream.kind)];
    if (!dead_.empty()) state.row.entity = settled(std::move(state.row.entity), deaths);
    if (!alive(state.row.entity)) {
      if (state.stored) of.deleted.push_back(stream);
    } else {
      (state.stored ? of.updated : of.inserted).push_back(&state.row);
    }
  }
  return changes;
}

}  // namespace carnet

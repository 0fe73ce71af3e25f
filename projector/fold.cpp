// SPDX-License-Identifier: Apache-2.0
#include "projector/fold.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/rules.hpp"
#include "projector/projection.hpp"

namespace carnet {
namespace {

// Measured: a state, and its share of a hash table that is half full.
constexpr std::size_t bytes_of_state = 300;
// One in a hash table that is half full. The two keys that a state may refer to, sorted, fit in the same share.
constexpr std::size_t bytes_of_death = 40, share_of_deaths = 8;

/// What would change a row by its death.
void add_referred(const Entity& entity, std::vector<Stream>& streams) {
  if (const auto* vol = std::get_if<Vol>(&entity)) {
    if (vol->avion_id) streams.push_back(Stream::avion(*vol->avion_id));
    if (vol->pilote_id) streams.push_back(Stream::pilote(*vol->pilote_id));
  } else if (const auto* reservation = std::get_if<Reservation>(&entity)) {
    streams.push_back(Stream::vol(reservation->numero));
    streams.push_back(Stream::passager(reservation->passager_id));
  }
}

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

Fold::Fold(Stream from, std::size_t memory_bytes)
    : range_{from, std::nullopt},
      states_bytes_(memory_bytes - memory_bytes / share_of_deaths),
      deaths_(memory_bytes / share_of_deaths / bytes_of_death) {}

void Fold::take(const Record& record) {
  const Stream stream = stream_of(record.event);
  if (deletes(record.event)) deaths_.add(stream);
  begun_ += record.version == 1 ? 1 : 0;
  if (!range_.contains(stream)) return;
  auto [found, added] = index_.try_emplace(stream, nullptr);
  if (added) {
    found->second = &states_.emplace_back(State{stream, {}, false, record.version > 1});
    used_bytes_ += bytes_of_state;
  }
  State& state = *found->second;
  if (state.waits) {
    waiting_.push_back({&state, record.position, record.previous, record.time, record.event});
  } else {
    advance(state, record.event, record.time, record.position, record.previous);
  }
  if (used_bytes_ > states_bytes_ && states_.size() > 1) let_go_of_half();
}

bool Fold::asks_for_deaths() {
  if (!deaths_.overflowed()) return false;
  std::vector<Stream> referred;
  referred.reserve(2 * states_.size());
  for (const State& state : states_) add_referred(state.row.entity, referred);
  deaths_.ask(std::move(referred));
  return true;
}

void Fold::take_death(const Record& record) {
  if (deletes(record.event)) deaths_.add(stream_of(record.event));
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
  std::vector<Stream> streams;
  streams.reserve(states_.size());
  for (const State& state : states_) streams.push_back(state.stream);
  auto middle = streams.begin() + static_cast<std::ptrdiff_t>(streams.size() / 2);
  std::ranges::nth_element(streams, middle);
  range_.to = *middle;
  States kept;
  index_ = {};
  used_bytes_ = 0;
  for (; !states_.empty(); states_.pop_front()) {
    State& state = states_.front();
    if (!range_.contains(state.stream)) continue;
    used_bytes_ += bytes_of_state + heap_bytes(state.row.entity);
    kept.push_back(std::move(state));
    index_.emplace(kept.back().stream, &kept.back());
  }
  states_ = std::move(kept);
}

double Fold::share() const {
  return begun_ == 0 ? 1 : static_cast<double>(states_.size()) / static_cast<double>(begun_);
}

std::vector<Stream> Fold::missing() const {
  std::vector<Stream> streams;
  for (const auto& [stream, state] : index_) {
    if (state->waits) streams.push_back(stream);
  }
  return streams;
}

void Fold::supply(Row row) {
  auto found = index_.find(stream_of(row.entity));
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
  for (State& state : states_) {
    Changes::OfTable& of = changes.of[place_of(state.stream.kind)];
    state.row.entity = settled(std::move(state.row.entity), deaths_);
    if (!alive(state.row.entity)) {
      if (state.stored) of.deleted.push_back(state.stream);
    } else {
      (state.stored ? of.updated : of.inserted).push_back(&state.row);
    }
  }
  return changes;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/content.hpp"

namespace carnet {
namespace {

const std::string& source_of(const std::optional<CloudEvent>& cloud) {
  static const std::string none;
  return cloud ? cloud->source : none;
}

// What the source of a record with an id was told; found again in the record when the id comes a second time.
Receipt receipt_of(const Record& record) {
  Receipt receipt{record.position, record.version};
  if (record.assigned & assigned_own) receipt.id = stream_of(record.event).id;
  if (const auto* created = std::get_if<VolCreated>(&record.event)) {
    if (record.assigned & assigned_avion) receipt.avion_id = created->avion_id.value_or(0);
    if (record.assigned & assigned_pilote) receipt.pilote_id = created->pilote_id.value_or(0);
  }
  return receipt;
}

void keep_first(std::optional<Rejection>& first, std::optional<Rejection> found, std::string_view prefix = "") {
  if (!found || (first && first->code <= found->code)) return;
  found->member.insert(0, prefix);
  first = std::move(found);
}

// A record from a replay does not tell that its ids were given by the first ledger; the line that left them out does.
void name_left_out(Receipt& receipt, const Line& line, const Record& record) {
  const Stream own = stream_of(line.event);
  if (own.kind != Kind::vol && own.id == 0) receipt.id = stream_of(record.event).id;
  const auto* created = std::get_if<VolCreated>(&record.event);
  if (created == nullptr) return;
  if (line.avion && line.avion->avion_id == 0) receipt.avion_id = created->avion_id.value_or(0);
  if (line.pilote && line.pilote->pilote_id == 0) receipt.pilote_id = created->pilote_id.value_or(0);
}

// Gives the next id to an event that registers an entity without one.
template <RegistersOne E>
std::optional<Rejection> give_id(const State& state, E& event, std::int32_t E::*id, std::string_view member, Kind kind,
                                 std::uint8_t& assigned, Assigned bit) {
  if (event.*id != 0) return std::nullopt;
  event.*id = state.next_id(kind);
  assigned |= bit;
  if (event.*id != 0) return std::nullopt;
  return Rejection{Code::bad_value, std::string{member}, "the largest id, 2147483647, is given; name a free one"};
}

// Why the stream is not as it was expected to be, or null.
std::optional<Rejection> differs(const Expect& expect, const Stream& stream, Version version, bool lives) {
  if (expect.is == Expect::Is::version && expect.version != version) {
    return Rejection{Code::version_conflict, "expect",
                     fmt::format("{} is at version {}, not {}", text(stream), version, expect.version)};
  }
  if (expect.is == Expect::Is::alive && !lives) {
    return Rejection{Code::version_conflict, "expect", fmt::format("{} does not exist", text(stream))};
  }
  return std::nullopt;
}

}  // namespace

// The id is looked up before everything else: a source that asks again is answered as it was the first time.
std::optional<Answer> Judge::known_answer(const Line& line, const Chunks& accepted) const {
  const Position position = state_.position_of(line.identity);
  if (position == 0) return std::nullopt;
  const Record first = accepted.holds(position) ? accepted.at(position) : record_at_(position);
  if (first.id != line.id || source_of(first.cloud_event) != source_of(line.cloud_event)) {
    // Whoever looks for two such ids finds them: the hash is no secret.
    return Rejection{Code::id_reused, "id",
                     fmt::format("position {} has another id with the same hash; give another id", position)};
  }
  if (first.digest != line.digest) {
    return Rejection{
        Code::id_reused, "id",
        fmt::format("position {} has this id and other content; give another id, or send the same event", position)};
  }
  Receipt receipt = receipt_of(first);
  name_left_out(receipt, line, first);
  receipt.duplicate = true;
  return receipt;
}

std::optional<Rejection> Judge::unmet(const Condition& condition) {
  const auto& [stream, expect] = condition;
  return differs(expect, stream, state_.slot(stream).value.version, state_.lives(stream));
}

std::optional<Rejection> Judge::conflict(const Line& line, const State::Slot& own, Position position) {
  const Stream& stream = own.key;
  const Version version = own.value.version;
  if (line.expect.is != Expect::Is::anything) {
    if (auto found = differs(line.expect, stream, version, state_.lives(stream))) return found;
  }
  if (line.position && *line.position != position) {
    return Rejection{Code::version_conflict, "position",
                     fmt::format("the next position is {}, not {}", position, *line.position)};
  }
  if (line.version && *line.version != version + 1) {
    return Rejection{Code::version_conflict, "version",
                     fmt::format("the next version of {} is {}, not {}", text(stream), version + 1, *line.version)};
  }
  return std::nullopt;
}

Receipt Judge::take(Record& record, State::Slot& own, const Digest& identity, Chunks& accepted) {
  record.version = own.value.version + 1;
  record.previous = own.value.position;
  accepted.add(record);
  state_.fold(record, own, identity);
  return receipt_of(record);
}

Answer Judge::judge(const Line& line, std::span<const Condition> conditions, Chunks& accepted) {
  if (!line.id.empty()) {
    if (auto answer = known_answer(line, accepted)) return *std::move(answer);
  }
  for (const Condition& condition : conditions) {
    if (auto rejection = unmet(condition)) return *std::move(rejection);
  }
  // The vol comes last, behind the avion and the pilote that it brings.
  std::size_t count = 0;
  const auto make = [&](const auto& event) -> Record& {
    Record& record = records_[count++];
    record.position = accepted.tail().position + count;
    record.time = line.time.value_or(accepted.tail().recorded);
    record.id.clear();
    record.digest.reset();
    record.cloud_event.reset();
    record.assigned = 0;
    record.event = event;
    return record;
  };
  std::optional<Rejection> rejection;
  std::uint8_t assigned = 0;
  if (line.avion) {
    auto& avion = std::get<AvionRegistered>(make(*line.avion).event);
    keep_first(rejection, give_id(state_, avion, &AvionRegistered::avion_id, "avion.avion_id", Kind::avion, assigned,
                                  assigned_avion));
  }
  if (line.pilote) {
    auto& pilote = std::get<PiloteRegistered>(make(*line.pilote).event);
    keep_first(rejection, give_id(state_, pilote, &PiloteRegistered::pilote_id, "pilote.pilote_id", Kind::pilote,
                                  assigned, assigned_pilote));
  }
  Record& last = make(line.event);
  if (auto* a = std::get_if<AvionRegistered>(&last.event)) {
    keep_first(rejection,
               give_id(state_, *a, &AvionRegistered::avion_id, "avion_id", Kind::avion, assigned, assigned_own));
  } else if (auto* p = std::get_if<PiloteRegistered>(&last.event)) {
    keep_first(rejection,
               give_id(state_, *p, &PiloteRegistered::pilote_id, "pilote_id", Kind::pilote, assigned, assigned_own));
  } else if (auto* q = std::get_if<PassagerRegistered>(&last.event)) {
    keep_first(rejection, give_id(state_, *q, &PassagerRegistered::passager_id, "passager_id", Kind::passager, assigned,
                                  assigned_own));
  }
  if (rejection) return *std::move(rejection);

  // The vol is judged without what it brings, which is new and so in its way in nothing.
  State::Slot& own = state_.slot(stream_of(last.event));
  keep_first(rejection, conflict(line, own, last.position));
  for (const Record& record : std::span{records_}.first(count)) {
    const std::string_view prefix = &record == &last                                        ? ""
                                    : std::holds_alternative<AvionRegistered>(record.event) ? "avion."
                                                                                            : "pilote.";
    keep_first(rejection, check(record.event, record.time, state_), prefix);
  }
  if (rejection) return *std::move(rejection);

  for (Record& record : std::span{records_}.first(count - 1)) {
    auto& vol = std::get<VolCreated>(last.event);
    if (const auto* avion = std::get_if<AvionRegistered>(&record.event)) vol.avion_id = avion->avion_id;
    if (const auto* pilote = std::get_if<PiloteRegistered>(&record.event)) vol.pilote_id = pilote->pilote_id;
    take(record, state_.slot(stream_of(record.event)), {}, accepted);
  }
  last.assigned = assigned;
  last.id = line.id;
  if (!last.id.empty()) last.digest = line.digest;
  last.cloud_event = line.cloud_event;
  return take(last, own, line.identity, accepted);
}

}  // namespace carnet

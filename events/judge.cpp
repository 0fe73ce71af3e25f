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

const Record* at(const auto& records, Position position) {
  const auto found = std::ranges::lower_bound(records, position, {}, &Record::position);
  return found != records.end() && found->position == position ? &*found : nullptr;
}

}  // namespace

void Judge::remember(Record record) {
  remembered_.push_back(std::move(record));
}

void Judge::forget(Position durable) {
  while (!remembered_.empty() && remembered_.front().position <= durable) remembered_.pop_front();
}

// The id is looked up before everything else: a source that asks again is answered as it was the first time.
std::optional<Answer> Judge::known_answer(const Line& line, const std::vector<Record>& accepted) const {
  const std::string& source = source_of(line.cloud_event);
  const Position position = state_.position_of(identity(line.cloud_event, line.id));
  if (position == 0) return std::nullopt;
  Record read;
  const Record* first = at(remembered_, position);
  if (first == nullptr) first = at(accepted, position);
  if (first == nullptr) first = &(read = log_.at(position));
  if (source_of(first->cloud_event) != source || first->id != line.id) return std::nullopt;  // two with one hash
  if (first->digest != line.digest) {
    return Rejection{
        Code::id_reused, "id",
        fmt::format("position {} has this id and other content; give another id, or send the same event", position)};
  }
  Receipt receipt = receipt_of(*first);
  name_left_out(receipt, line, *first);
  receipt.duplicate = true;
  return receipt;
}

std::optional<Rejection> Judge::unmet(const Condition& condition) {
  const auto& [stream, expect] = condition;
  return differs(expect, stream, state_.stream(stream).version, state_.lives(stream));
}

std::optional<Rejection> Judge::conflict(const Line& line, const Stream& stream, Position position) {
  const Version version = state_.stream(stream).version;
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

Receipt Judge::take(Record& record, const Stream& stream) {
  const Known& before = state_.stream(stream);
  record.version = before.version + 1;
  record.previous = before.position;
  state_.fold(record, stream);
  return receipt_of(record);
}

Answer Judge::judge(const Line& line, Position next, Time recorded, std::span<const Condition> conditions,
                    std::vector<Record>& accepted) {
  if (!line.id.empty()) {
    if (auto answer = known_answer(line, accepted)) return *std::move(answer);
  }
  for (const Condition& condition : accepted.empty() ? conditions : std::span<const Condition>{}) {
    if (auto rejection = unmet(condition)) return *std::move(rejection);
  }
  // The vol comes last, behind the avion and the pilote that it brings.
  const std::size_t before = accepted.size();
  const auto make = [&](const auto& event) -> Record& {
    Record& record = accepted.emplace_back();
    record.position = next++;
    record.time = line.time.value_or(recorded);
    record.recorded = recorded;
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
  Record& own = make(line.event);
  if (auto* a = std::get_if<AvionRegistered>(&own.event)) {
    keep_first(rejection,
               give_id(state_, *a, &AvionRegistered::avion_id, "avion_id", Kind::avion, assigned, assigned_own));
  } else if (auto* p = std::get_if<PiloteRegistered>(&own.event)) {
    keep_first(rejection,
               give_id(state_, *p, &PiloteRegistered::pilote_id, "pilote_id", Kind::pilote, assigned, assigned_own));
  } else if (auto* q = std::get_if<PassagerRegistered>(&own.event)) {
    keep_first(rejection, give_id(state_, *q, &PassagerRegistered::passager_id, "passager_id", Kind::passager, assigned,
                                  assigned_own));
  }
  // The vol is judged without what it brings, which is new and so in its way in nothing.
  const std::span<Record> records = std::span{accepted}.subspan(before);
  const Stream stream = stream_of(own.event);
  if (!rejection) {
    keep_first(rejection, conflict(line, stream, own.position));
    for (const Record& record : records) {
      const std::string_view prefix = &record == &own                                         ? ""
                                      : std::holds_alternative<AvionRegistered>(record.event) ? "avion."
                                                                                              : "pilote.";
      keep_first(rejection, check(record.event, record.time, state_), prefix);
    }
  }
  if (rejection) {
    accepted.resize(before);
    return *std::move(rejection);
  }

  for (Record& record : records.first(records.size() - 1)) {
    auto& vol = std::get<VolCreated>(own.event);
    if (const auto* avion = std::get_if<AvionRegistered>(&record.event)) vol.avion_id = avion->avion_id;
    if (const auto* pilote = std::get_if<PiloteRegistered>(&record.event)) vol.pilote_id = pilote->pilote_id;
    take(record, stream_of(record.event));
  }
  own.assigned = assigned;
  own.id = line.id;
  if (!own.id.empty()) own.digest = line.digest;
  own.cloud_event = line.cloud_event;
  return take(own, stream);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/judge.hpp"

#include <fmt/format.h>

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

}  // namespace

void Judge::begin_commit(Position durable) {
  durable_ = durable;
  given_.clear();
}

// The id is looked up before everything else: a source that asks again is answered as it was the first time.
std::optional<Answer> Judge::known_answer(const Line& line) {
  const std::string& source = source_of(line.cloud_event);
  const Position position = state_.position_of(identity(source, line.id));
  if (position == 0) return std::nullopt;
  Given first;
  if (position > durable_) {
    first = given_.at(position);
  } else {
    const Record record = log_.at(position);
    first = {source_of(record.cloud_event), record.id, record.digest.value_or(Digest{}), receipt_of(record)};
    name_left_out(first.receipt, line, record);
  }
  if (first.source != source || first.id != line.id) return std::nullopt;  // two identities with one hash
  if (first.digest != line.digest) {
    return Rejection{
        Code::id_reused, "id",
        fmt::format("position {} has this id and other content; give another id, or send the same event", position)};
  }
  first.receipt.duplicate = true;
  return first.receipt;
}

std::optional<Rejection> Judge::conflict(const Line& line, const Stream& stream, Position position) {
  const Version version = state_.stream(stream).version;
  if (line.expect.is == Expect::Is::version && line.expect.version != version) {
    return Rejection{Code::version_conflict, "expect",
                     fmt::format("{} is at version {}, not {}", text(stream), version, line.expect.version)};
  }
  if (line.expect.is == Expect::Is::alive && !state_.lives(stream)) {
    return Rejection{Code::version_conflict, "expect", fmt::format("{} does not exist", text(stream))};
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

const Receipt& Judge::take(Record record, std::vector<Record>& accepted) {
  const Known& before = state_.stream(stream_of(record.event));
  record.version = before.version + 1;
  record.previous = before.position;
  state_.fold(record);
  receipt_ = receipt_of(record);
  if (!record.id.empty()) {
    given_.insert_or_assign(record.position, Given{source_of(record.cloud_event), record.id, *record.digest, receipt_});
  }
  accepted.push_back(std::move(record));
  return receipt_;
}

Answer Judge::judge(const Line& line, Position next, Time recorded, std::vector<Record>& accepted) {
  if (!line.id.empty()) {
    if (auto answer = known_answer(line)) return *std::move(answer);
  }
  Record record;
  record.time = line.time.value_or(recorded);
  record.recorded = recorded;
  record.event = line.event;
  const Position nested = (line.avion ? 1 : 0) + (line.pilote ? 1 : 0);
  record.position = next + nested;

  std::optional<Rejection> rejection;
  if (auto* e = std::get_if<AvionRegistered>(&record.event)) {
    keep_first(rejection,
               give_id(state_, *e, &AvionRegistered::avion_id, "avion_id", Kind::avion, record.assigned, assigned_own));
  } else if (auto* p = std::get_if<PiloteRegistered>(&record.event)) {
    keep_first(rejection, give_id(state_, *p, &PiloteRegistered::pilote_id, "pilote_id", Kind::pilote, record.assigned,
                                  assigned_own));
  } else if (auto* q = std::get_if<PassagerRegistered>(&record.event)) {
    keep_first(rejection, give_id(state_, *q, &PassagerRegistered::passager_id, "passager_id", Kind::passager,
                                  record.assigned, assigned_own));
  }
  std::optional<AvionRegistered> avion;
  std::optional<PiloteRegistered> pilote;
  if (line.avion) {
    avion = *line.avion;
    keep_first(rejection, give_id(state_, *avion, &AvionRegistered::avion_id, "avion.avion_id", Kind::avion,
                                  record.assigned, assigned_avion));
  }
  if (line.pilote) {
    pilote = *line.pilote;
    keep_first(rejection, give_id(state_, *pilote, &PiloteRegistered::pilote_id, "pilote.pilote_id", Kind::pilote,
                                  record.assigned, assigned_pilote));
  }
  if (rejection) return *std::move(rejection);

  // The vol is judged without its nested avion and pilote, which are new and so in its way in nothing.
  keep_first(rejection, conflict(line, stream_of(record.event), record.position));
  if (avion) keep_first(rejection, check(*avion, record.time, state_), "avion.");
  if (pilote) keep_first(rejection, check(*pilote, record.time, state_), "pilote.");
  keep_first(rejection, check(record.event, record.time, state_));
  if (rejection) return *std::move(rejection);

  const auto take_nested = [&](auto& event) {
    Record first;
    first.position = next++;
    first.time = record.time;
    first.recorded = recorded;
    first.event = std::move(event);
    take(std::move(first), accepted);
  };
  if (avion) {
    std::get<VolCreated>(record.event).avion_id = avion->avion_id;
    take_nested(*avion);
  }
  if (pilote) {
    std::get<VolCreated>(record.event).pilote_id = pilote->pilote_id;
    take_nested(*pilote);
  }
  record.id = line.id;
  if (!record.id.empty()) record.digest = line.digest;
  record.cloud_event = line.cloud_event;
  return take(std::move(record), accepted);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "tests/model.hpp"

#include <algorithm>

namespace carnet {
namespace {

/// The first rejection in the order of the codes over the whole line; among equals, the one that was found first.
void keep_first(std::optional<Rejection>& kept, std::optional<Rejection> other) {
  if (other && (!kept || other->code < kept->code)) kept = std::move(other);
}

std::string_view nested_prefix(const Event& event) {
  if (std::holds_alternative<AvionRegistered>(event)) return "avion.";
  return std::holds_alternative<PiloteRegistered>(event) ? "pilote." : "";
}

std::pair<std::string, std::string> identity(const Line& line) {
  return {line.cloud_event ? line.cloud_event->source : std::string(), line.id};
}

}  // namespace

const Entity& Model::find(const Stream& stream) {
  static const Entity nobody;
  const auto found = entities_.find(stream);
  return found == entities_.end() ? nobody : found->second;
}

bool Model::known(const Stream& stream) {
  return entities_.contains(stream);
}

std::optional<Stream> Model::holder(const Claim& claim) {
  for (const auto& [stream, entity] : entities_) {
    const Claims held = claims(settled(entity, *this));
    if (std::ranges::find(held, claim) != held.end()) return stream;
  }
  return std::nullopt;
}

std::map<Stream, Entity> Model::living() {
  std::map<Stream, Entity> rows;
  for (const auto& [stream, entity] : entities_) {
    if (Entity now = settled(entity, *this); alive(now)) rows.emplace(stream, std::move(now));
  }
  return rows;
}

std::optional<Rejection> Model::happen(const Event& event, Time time) {
  if (std::optional<Rejection> rejection = check(event, time, *this)) return rejection;
  record(event, time, time);
  return std::nullopt;
}

void Model::record(const Event& event, Time time, Time recorded) {
  const Stream stream = stream_of(event);
  Entity entity = settled(find(stream), *this);
  apply(event, time, entity);
  entities_[stream] = std::move(entity);
  largest_[stream.kind] = std::max(largest_[stream.kind], stream.id);

  std::vector<Position>& own = streams_[stream];
  Record record;
  record.position = records_.size() + 1;
  record.previous = own.empty() ? 0 : own.back();
  own.push_back(record.position);
  record.version = own.size();
  record.time = time;
  record.recorded = recorded;
  record.event = event;
  records_.push_back(std::move(record));
}

std::vector<Event> Model::events_of(const Line& line, Receipt& receipt) const {
  const auto next = [&](Kind kind) {
    const auto largest = largest_.find(kind);
    return largest == largest_.end() ? 1 : largest->second + 1;
  };
  std::vector<Event> events;
  Event own = line.event;
  if (line.avion) {
    AvionRegistered avion = *line.avion;
    if (avion.avion_id == 0) avion.avion_id = receipt.avion_id = next(Kind::avion);
    std::get<VolCreated>(own).avion_id = avion.avion_id;
    events.push_back(std::move(avion));
  }
  if (line.pilote) {
    PiloteRegistered pilote = *line.pilote;
    if (pilote.pilote_id == 0) pilote.pilote_id = receipt.pilote_id = next(Kind::pilote);
    std::get<VolCreated>(own).pilote_id = pilote.pilote_id;
    events.push_back(std::move(pilote));
  }
  if (auto* e = std::get_if<AvionRegistered>(&own); e && e->avion_id == 0) e->avion_id = receipt.id = next(Kind::avion);
  if (auto* e = std::get_if<PiloteRegistered>(&own); e && e->pilote_id == 0) {
    e->pilote_id = receipt.id = next(Kind::pilote);
  }
  if (auto* e = std::get_if<PassagerRegistered>(&own); e && e->passager_id == 0) {
    e->passager_id = receipt.id = next(Kind::passager);
  }
  events.push_back(std::move(own));
  return events;
}

std::optional<Rejection> Model::conflict(const Line& line, const Receipt& receipt, const Stream& stream) {
  const auto rejected = [](std::string member) { return Rejection{Code::version_conflict, std::move(member), {}}; };
  if (line.expect.is == Expect::Is::version && line.expect.version != receipt.version - 1) return rejected("expect");
  if (line.expect.is == Expect::Is::alive && !alive(settled(find(stream), *this))) return rejected("expect");
  if (line.position && *line.position != receipt.position) return rejected("position");
  if (line.version && *line.version != receipt.version) return rejected("version");
  return std::nullopt;
}

Answer Model::append_one(const Line& line, Time now) {
  if (!line.id.empty()) {
    if (const auto known = ids_.find(identity(line)); known != ids_.end()) {
      if (known->second.digest != *line.digest) return Rejection{Code::id_reused, "id", {}};
      Receipt first = known->second.receipt;
      first.duplicate = true;
      return first;
    }
  }
  const Time time = line.time.value_or(now);
  Receipt receipt;
  const std::vector<Event> events = events_of(line, receipt);
  const Stream stream = stream_of(events.back());
  receipt.position = records_.size() + events.size();
  receipt.version = streams_.contains(stream) ? streams_[stream].size() + 1 : 1;
  if (std::optional<Rejection> rejection = conflict(line, receipt, stream)) return *std::move(rejection);

  // What is nested is there when the vol is judged, even where it is refused itself: the line as a whole has one code.
  std::optional<Rejection> rejection;
  if (events.size() == 1) {
    rejection = check(events.front(), time, *this);
  } else {
    Model trial = *this;
    for (const Event& event : events) {
      std::optional<Rejection> refused = check(event, time, trial);
      if (refused) refused->member.insert(0, nested_prefix(event));
      keep_first(rejection, std::move(refused));
      if (!alive(trial.find(stream_of(event)))) trial.record(event, time, now);
    }
  }
  if (rejection) return *std::move(rejection);

  for (const Event& event : events) record(event, time, now);
  Record& own = records_.back();
  own.id = line.id;
  own.digest = line.digest;
  own.cloud_event = line.cloud_event;
  if (receipt.id != 0) own.assigned |= assigned_own;
  if (receipt.avion_id != 0) own.assigned |= assigned_avion;
  if (receipt.pilote_id != 0) own.assigned |= assigned_pilote;
  if (!line.id.empty()) ids_[identity(line)] = {*line.digest, receipt};
  return receipt;
}

std::vector<Answer> Model::append(std::span<const Line> lines, Time now) {
  std::vector<Answer> answers;
  for (const Line& line : lines) answers.push_back(append_one(line, now));
  return answers;
}

std::vector<Answer> Model::append_all(std::span<const Line> lines, Time now) {
  Model trial = *this;
  std::vector<Answer> answers;
  for (const Line& line : lines) {
    answers.push_back(trial.append_one(line, now));
    if (std::holds_alternative<Rejection>(answers.back())) return answers;
  }
  *this = std::move(trial);
  return answers;
}

}  // namespace carnet

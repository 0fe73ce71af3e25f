// SPDX-License-Identifier: Apache-2.0
#include "cli/append_where.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "cli/home.hpp"
#include "cli/query.hpp"
#include "cli/shell_event.hpp"
#include "cli/tables.hpp"
#include "events/catalogue.hpp"

namespace carnet {
namespace {

std::vector<std::string> key_members(const Stream& stream) {
  const std::string numero = fmt::format("numero={}", stream.numero.text());
  switch (stream.kind) {
    case Kind::vol:
      return {numero};
    case Kind::reservation:
      return {numero, fmt::format("passager_id={}", stream.id)};
    default:
      return {fmt::format("{}_id={}", text(stream.kind), stream.id)};
  }
}

constexpr std::size_t looked_ahead = 20'000;  // matches whose records are read in one go: a few megabytes

/// By position. Records that stand near each other are read in one go: they share a chunk of the log.
std::unordered_map<Position, Version> versions_at(Reader& reader, std::vector<Position> positions) {
  constexpr Position near = 1000;
  std::ranges::sort(positions);
  std::unordered_map<Position, Version> versions;
  for (std::size_t begin = 0, end = 0; begin < positions.size(); begin = end) {
    for (end = begin + 1; end < positions.size() && positions[end] - positions[end - 1] < near;) ++end;
    std::size_t next = begin;
    reader.scan(positions[begin], positions[end - 1], [&](const Record& record) {
      if (record.position != positions[next]) return true;
      versions[record.position] = record.version;
      return ++next < end;
    });
  }
  return versions;
}

}  // namespace

BulkChange change_from(const std::vector<std::string>& words, const std::string& where,
                       std::optional<std::uint64_t> limit) {
  const EventType* type = words.empty() ? nullptr : event_type(words[0]);
  if (type == nullptr) throw Usage("append: --where goes with TYPE key=value... (`carnet events` lists the types)");
  constexpr std::array<std::string_view, 3> beginnings{".registered", ".created", ".made"};
  if (std::ranges::any_of(beginnings, [&](std::string_view verb) { return type->name.ends_with(verb); })) {
    throw Usage(fmt::format("append: {}: makes a new one; --where is for what is there already", type->name));
  }
  BulkChange change{words[0], {words.begin() + 1, words.end()}, type->entity, {}, limit};
  std::vector<std::string> named = key_members({type->entity, {}, 0});
  named.insert(named.end(), {"id=", "expect=", "position=", "version="});
  for (const std::string& member : change.members) {
    const std::string_view key = std::string_view{member}.substr(0, member.find('=') + 1);
    if (std::ranges::any_of(named, [&](const std::string& name) { return !key.empty() && name.starts_with(key); })) {
      throw Usage(fmt::format("append: {}: differs between the entities that --where names", member));
    }
  }
  change.where = where_of(type->entity, where);
  return change;
}

MatchingLines::MatchingLines(const Common& common, BulkChange change)
    : change_(std::move(change)),
      connection_(open_tables(common)),
      session_(connection_),
      matches_(session_, change_.entity, change_.where, change_.limit),
      reader_(home_from(common.home).ledger()) {}

void MatchingLines::look_ahead() {
  std::vector<Position> positions;
  while (ahead_.size() < looked_ahead) {
    std::optional<Match> match = matches_.next();
    if (!match) break;
    positions.push_back(match->position);
    ahead_.push_back(std::move(*match));
  }
  versions_ = versions_at(reader_, std::move(positions));
}

Batch MatchingLines::next() {
  Batch batch;
  try {
    if (ahead_.empty()) look_ahead();
  } catch (const Interrupted&) {
    return batch;  // what was appended so far is to be summed up
  }
  for (; !ahead_.empty() && batch.entries.size() < Intake::commit_lines; ahead_.pop_front()) {
    const Match& match = ahead_.front();
    std::vector<std::string> members = key_members(match.stream);
    members.insert(members.end(), change_.members.begin(), change_.members.end());
    members.push_back(fmt::format("expect={}", versions_.at(match.position)));
    batch.add(static_cast<std::uint32_t>(batch.names.size()), ++lines_, event_line(change_.type, members), true);
    batch.names.push_back(text(match.stream));
  }
  return batch;
}

}  // namespace carnet

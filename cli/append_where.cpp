// SPDX-License-Identifier: Apache-2.0
#include "cli/append_where.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "cli/interrupt.hpp"
#include "cli/query.hpp"
#include "cli/shell_event.hpp"
#include "cli/tables.hpp"
#include "events/catalogue.hpp"

namespace carnet {
namespace {

std::vector<std::string> key_members(const Stream& stream) {
  const std::string numero = "numero=" + stream.numero;
  switch (stream.kind) {
    case Kind::vol:
      return {numero};
    case Kind::reservation:
      return {numero, fmt::format("passager_id={}", stream.id)};
    default:
      return {fmt::format("{}_id={}", text(stream.kind), stream.id)};
  }
}

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
  std::vector<std::string> named = key_members({type->entity, 0, {}});
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

Batch matching_lines(const Common& common, const BulkChange& change, std::vector<std::string>& streams) {
  Connection connection(current_tables(common, false), &interrupt_came);
  Session session(connection);
  const std::vector<Match> found = matches(session, change.entity, change.where, change.limit);
  std::vector<Position> positions;
  for (const Match& match : found) positions.push_back(match.position);
  Reader reader = open_ledger(common);
  const std::unordered_map<Position, Version> versions = versions_at(reader, std::move(positions));
  Batch batch;
  for (const Match& match : found) {
    std::vector<std::string> members = key_members(match.stream);
    members.insert(members.end(), change.members.begin(), change.members.end());
    members.push_back(fmt::format("expect={}", versions.at(match.position)));
    const auto index = static_cast<std::uint32_t>(streams.size());
    streams.push_back(text(match.stream));
    batch.add(index, index + 1, event_line(change.type, members), true);
  }
  return batch;
}

}  // namespace carnet

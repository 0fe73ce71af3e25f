// SPDX-License-Identifier: Apache-2.0
#include "cli/row_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/home.hpp"
#include "cli/message.hpp"
#include "cli/output.hpp"
#include "cli/tables.hpp"
#include "events/json.hpp"
#include "events/rules.hpp"
#include "projector/cluster.hpp"
#include "projector/deaths.hpp"
#include "projector/tables.hpp"
#include "query/columns.hpp"
#include "query/match.hpp"

namespace carnet {
namespace {

struct Change {
  Entity before, after;
};
/// In the order of tables(), then by primary key.
using RowChanges = std::map<Stream, Change>;

struct Happening {
  Event event;
  Time time;
};

/// The events of the lines that were accepted, with the ids that the ledger would give, as it would record them.
std::vector<Happening> happenings(const std::vector<Line>& lines, const std::vector<Answer>& answers) {
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::vector<Happening> all;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto* receipt = std::get_if<Receipt>(&answers[i]);
    if (!receipt || receipt->duplicate) continue;
    const Line& line = lines[i];
    Event event = line.event;
    const Time time = line.time.value_or(now);
    if (auto* avion = std::get_if<AvionRegistered>(&event); avion && receipt->id) avion->avion_id = receipt->id;
    if (auto* pilote = std::get_if<PiloteRegistered>(&event); pilote && receipt->id) pilote->pilote_id = receipt->id;
    if (auto* passager = std::get_if<PassagerRegistered>(&event); passager && receipt->id)
      passager->passager_id = receipt->id;
    if (auto* vol = std::get_if<VolCreated>(&event)) {
      if (line.avion) {
        AvionRegistered avion = *line.avion;
        if (receipt->avion_id) avion.avion_id = receipt->avion_id;
        vol->avion_id = avion.avion_id;
        all.push_back({std::move(avion), time});
      }
      if (line.pilote) {
        PiloteRegistered pilote = *line.pilote;
        if (receipt->pilote_id) pilote.pilote_id = receipt->pilote_id;
        vol->pilote_id = pilote.pilote_id;
        all.push_back({std::move(pilote), time});
      }
    }
    all.push_back({std::move(event), time});
  }
  return all;
}

/// The rows that refer to the dead, and lose them or go with them.
void add_dependents(Session& session, const std::vector<Stream>& dead, std::set<Stream>& streams) {
  const auto add = [&](Kind referring, std::string_view column, Kind kind) {
    std::vector<Expr> keys;
    for (const Stream& stream : dead) {
      if (stream.kind != kind) continue;
      keys.push_back(
          constant(kind == Kind::vol ? Value{std::string{stream.numero.text()}} : Value{std::int64_t{stream.id}}));
    }
    if (keys.empty()) return;
    Matches matches(session, referring, in(path(referring, column), std::move(keys)));
    while (const auto match = matches.next()) streams.insert(match->stream);
  };
  add(Kind::vol, "avion_id", Kind::avion);
  add(Kind::vol, "pilote_id", Kind::pilote);
  add(Kind::reservation, "numero", Kind::vol);
  add(Kind::reservation, "passager_id", Kind::passager);
}

/// Of the rows as the tables have them; nothing is there without a connection.
RowChanges changes_of(std::optional<Connection>& connection, const std::vector<Happening>& all) {
  Deaths deaths;
  std::vector<Stream> dead;
  std::set<Stream> streams;
  for (const Happening& h : all) {
    const Stream stream = stream_of(h.event);
    if (deletes(h.event)) {
      deaths.add(stream);
      dead.push_back(stream);
    }
    streams.insert(stream);
  }
  RowChanges changes;
  if (connection) {
    Session session(*connection);
    add_dependents(session, dead, streams);
    fetch(*connection, projection_schema, {streams.begin(), streams.end()}, [&](Row row) {
      Change& change = changes[stream_of(row.entity)];
      change.before = change.after = std::move(row.entity);
    });
  }
  for (const Happening& h : all) apply(h.event, h.time, changes[stream_of(h.event)].after);
  for (auto& [stream, change] : changes) change.after = settled(std::move(change.after), deaths);
  return changes;
}

void print_lines(const RowChanges& changes, bool array) {
  Output out;
  bool any = false;
  for (const auto& [stream, change] : changes) {
    const Tuple before{columns_of(change.before), {}}, after{columns_of(change.after), {}};
    if (before.values == after.values) continue;
    TupleShape shape;
    for (const Column& c : table(stream.kind).columns) shape.fields.push_back({std::string{c.name}, type_of(c)});
    std::string line = array ? (any ? ",\n" : "[\n") : "";
    any = true;
    fmt::format_to(std::back_inserter(line), R"({{"table":"{}","stream":)", table(stream.kind).name);
    json::append_quoted(line, text(stream));
    const auto side = [&](std::string_view name, const Tuple& row) {
      fmt::format_to(std::back_inserter(line), R"(,"{}":)", name);
      if (row.values.empty()) {
        line += "null";
      } else {
        append_json(line, shape, row);
      }
    };
    side("before", before);
    side("after", after);
    out.write(line += array ? "}" : "}\n");
  }
  if (array) out.write(any ? "\n]\n" : "[]\n");
  out.flush();
}

std::string shown(const Value& value) {
  return is_null(value) ? "∅" : text(value);
}

/// `statut: prévu → annulé` of an updated row; of another one what it holds.
std::string columns_text(Kind kind, const std::vector<Value>& before, const std::vector<Value>& after) {
  std::string out;
  for (std::size_t i = 0; i < table(kind).columns.size(); ++i) {
    const std::string_view name = table(kind).columns[i].name;
    std::string part;
    if (before.empty() || after.empty()) {
      const Value& value = (before.empty() ? after : before)[i];
      if (!is_null(value)) part = fmt::format("{}: {}", name, text(value));
    } else if (before[i] != after[i]) {
      part = fmt::format("{}: {} → {}", name, shown(before[i]), shown(after[i]));
    }
    if (!part.empty()) out.append(out.empty() ? "" : ", ").append(part);
  }
  return out;
}

void print_columns(const RowChanges& changes, Format format) {
  const TupleShape shape{"changes", {{"row", Type::text}, {"change", Type::text}, {"columns", Type::text}}, 0, false, 0,
                         {}};
  Output out;
  const auto rows = printer(format, shape, out, standard_screen());
  for (const auto& [stream, change] : changes) {
    const std::vector<Value> before = columns_of(change.before), after = columns_of(change.after);
    if (before == after) continue;
    const char* what = before.empty() ? "inserted" : after.empty() ? "deleted" : "updated";
    rows->row({{text(stream), std::string{what}, columns_text(stream.kind, before, after)}, {}});
  }
  rows->end();
}

}  // namespace

void print_row_changes(const Common& common, const std::vector<Line>& lines, const std::vector<Answer>& answers) {
  const std::vector<Happening> all = happenings(lines, answers);
  const Home home = home_from(common.home);
  std::optional<Connection> connection;
  try {
    if (std::filesystem::exists(home.ledger())) {
      if (common.database.empty() && !Cluster(home.directory).exists())
        return say("append", "no rows to compare with: there are no tables yet (carnet project makes them)");
      connection = open_tables(common);
    }
  } catch (const DatabaseDown& down) {
    return say("append", fmt::format("which rows would change is not known: {}", down.what()));
  }
  const RowChanges changes = changes_of(connection, all);
  const Format format = common.format_or_usual();
  if (format == Format::table || format == Format::csv) return print_columns(changes, format);
  print_lines(changes, format == Format::json);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/moments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/ledger.hpp"
#include "events/time.hpp"
#include "projector/ddl.hpp"
#include "projector/swap.hpp"

namespace carnet {
namespace {

constexpr const char* no_such_schema = "3F000";

// A schema's comment is the only place that PostgreSQL has for it. The times sort as texts.
constexpr std::string_view comment_prefix = "carnet: made or last asked for at ";

std::optional<Time> time_in(std::string_view comment) {
  if (!comment.starts_with(comment_prefix)) return std::nullopt;
  return time_from(comment.substr(comment_prefix.size()));
}

}  // namespace

std::vector<Moment> moments(Connection& connection) {
  const Result schemas = connection.exec(fmt::format(
      "SELECT n.nspname, obj_description(n.oid, 'pg_namespace'), "
      "(SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r') "
      "FROM pg_namespace n WHERE to_regclass(format('%I.{}', n.nspname)) IS NOT NULL "
      "AND n.nspname <> {} AND n.nspname !~ '^carnet_(rebuild|former)' ORDER BY 1",
      mark_of_carnet, literal(projection_schema)));
  std::vector<Moment> found;
  for (int row = 0; row < schemas.rows(); ++row) {
    const std::string schema(schemas.text(row, 0));
    if (const std::optional<Checkpoint> at = checkpoint(connection, schema)) {
      found.push_back(
          {schema, at->position, time_in(schemas.text(row, 1)), static_cast<std::uint64_t>(schemas.number(row, 2))});
    }
  }
  return found;
}

void note_use(Connection& connection, const std::string& schema) {
  const Result now = connection.exec("SELECT to_char(clock_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
  connection.exec(fmt::format("COMMENT ON SCHEMA {} IS '{}{}'", identifier(schema), comment_prefix, now.text(0, 0)));
}

void drop_moment(Connection& connection, const std::string& schema) {
  const std::vector<Moment> all = moments(connection);
  if (std::ranges::find(all, schema, &Moment::schema) == all.end()) {
    throw DatabaseError(fmt::format("{} is no schema with tables of a moment (carnet status lists them)", schema),
                        no_such_schema);
  }
  try {
    drop(connection, schema);
  } catch (const DatabaseError& error) {
    if (error.sqlstate != lock_not_available) throw;
    throw Locked(fmt::format("{} is being read (try again)", schema));
  }
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/as_of.hpp"

#include <fmt/format.h>

#include "projector/ddl.hpp"
#include "projector/swap.hpp"

namespace carnet {
namespace {

constexpr int kept = 4;

bool is_of(const std::optional<Checkpoint>& at, const Head& head, Position position) {
  return at && at->ledger == head.uuid && at->position == position && at->schema_version == schema_version;
}

/// When it was last asked for stands in the schema's comment.
void mark_used(Connection& connection, const std::string& schema) {
  connection.exec(
      fmt::format("DO $$ BEGIN EXECUTE format('COMMENT ON SCHEMA %I IS %L', {}, 'last asked for at ' || "
                  "to_char(clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS.US')); END $$",
                  literal(schema)));
}

void drop_the_oldest(Connection& connection) {
  Result old =
      connection.exec(fmt::format("SELECT nspname FROM pg_namespace WHERE nspname ~ '^carnet_at_[0-9]+$' "
                                  "ORDER BY obj_description(oid, 'pg_namespace') DESC NULLS LAST OFFSET {}",
                                  kept));
  for (int row = 0; row < old.rows(); ++row) try_drop(connection, std::string(old.text(row, 0)));
}

}  // namespace

std::vector<Moment> moments(Connection& connection) {
  Result schemas = connection.exec(
      "SELECT n.nspname FROM pg_namespace n WHERE n.nspname NOT IN ('carnet', 'carnet_rebuild') "
      "AND n.nspname !~ '^carnet_(rebuild|former|kept)_' AND to_regclass(format('%I.checkpoint', n.nspname)) IS NOT "
      "NULL "
      "AND to_regclass(format('%I.reservations', n.nspname)) IS NOT NULL ORDER BY 1");
  std::vector<Moment> found;
  for (int row = 0; row < schemas.rows(); ++row) {
    std::string schema(schemas.text(row, 0));
    if (std::optional<Checkpoint> at = checkpoint(connection, schema)) found.push_back({schema, at->position});
  }
  return found;
}

std::string as_of(const std::string& uri, Reader& reader, Position position, const Rebuild& options,
                  const Watch& watch) {
  const std::string schema = fmt::format("carnet_at_{}", position);
  Connection connection(uri, watch.stop);
  reader.refresh();
  if (!is_of(checkpoint(connection, schema), reader.head(), position)) {
    rebuild_until(uri, reader, position, schema, options, watch);
  }
  mark_used(connection, schema);
  drop_the_oldest(connection);
  return schema;
}

}  // namespace carnet

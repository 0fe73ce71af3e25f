// SPDX-License-Identifier: Apache-2.0
#include "projector/checkpoint.hpp"

#include <fmt/format.h>

#include <bit>

namespace carnet {
namespace {

constexpr const char* no_such_table = "42P01";
constexpr const char* no_such_schema = "3F000";

std::string select_checkpoint(const std::string& schema) {
  return fmt::format("SELECT ledger, position, checksum, schema_version FROM {}.checkpoint", identifier(schema));
}

// The checksum is unsigned in the ledger and signed in the table: its bits count.
Checkpoint checkpoint_from(const Result& result) {
  if (result.rows() != 1) {
    throw Mismatch(fmt::format("the checkpoint has {} rows instead of one (carnet rebuild)", result.rows()));
  }
  return {std::string(result.text(0, 0)), static_cast<Position>(result.number(0, 1)),
          std::bit_cast<std::uint64_t>(std::int64_t{result.number(0, 2)}), static_cast<int>(result.number(0, 3))};
}

}  // namespace

std::optional<Checkpoint> checkpoint(Connection& connection, const std::string& schema) {
  try {
    return checkpoint_from(connection.exec(select_checkpoint(schema)));
  } catch (const DatabaseError& error) {
    if (error.sqlstate == no_such_table || error.sqlstate == no_such_schema) return std::nullopt;
    throw;
  }
}

std::string hold(const std::string& schema) {
  return fmt::format("LOCK TABLE {}.checkpoint IN ACCESS SHARE MODE", identifier(schema));
}

void write_first_checkpoint(Connection& connection, const std::string& schema, const Checkpoint& at) {
  connection.copy_in(fmt::format("COPY {}.checkpoint FROM STDIN (FREEZE)", identifier(schema)));
  connection.put(fmt::format("{}\t{}\t{}\t{}\n", at.ledger, at.position, std::bit_cast<std::int64_t>(at.checksum),
                             at.schema_version));
  connection.end_copy();
}

std::string moving_checkpoint(Connection& connection, const std::string& schema, const Checkpoint& from,
                              const Checkpoint& to) {
  const std::string statement = fmt::format(
      "WITH moved AS (UPDATE {}.checkpoint SET position = $1, checksum = $2 "
      "WHERE position = $3 AND checksum = $4 AND ledger = $5 RETURNING position) "
      "SELECT pg_notify({}, position::text) FROM moved",
      identifier(schema), literal(schema));
  const auto bits = [](std::uint64_t checksum) { return std::bit_cast<std::int64_t>(checksum); };
  return fmt::format("EXECUTE {} ({}, {}, {}, {}, {})", connection.prepared(statement), to.position, bits(to.checksum),
                     from.position, bits(from.checksum), literal(from.ledger));
}

}  // namespace carnet

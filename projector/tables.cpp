// SPDX-License-Identifier: Apache-2.0
#include "projector/tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "projector/ddl.hpp"

namespace carnet {
namespace {

constexpr const char* reader_role = "carnet_reader";

std::string names(const Table& table, std::string_view prefix = "") {
  std::string list;
  for (const Column& column : table.columns) list += fmt::format("{}{}, ", prefix, column.name);
  return fmt::format("{}{}position", list, prefix);
}

std::string_view array_of(ColumnType type) {
  constexpr std::array arrays{"integer[]", "text[]", "timestamptz[]"};
  return arrays[static_cast<std::size_t>(type)];
}

/// unnest($1::…, …) with all columns.
std::string rows_of_parameters(const Table& table) {
  std::string list;
  int number = 1;
  for (const Column& column : table.columns) list += fmt::format("${}::{}, ", number++, array_of(column.type));
  return fmt::format("unnest({}${}::bigint[]) AS n({})", list, number, names(table));
}

/// unnest($1::…, …) with the primary key.
std::string keys_of_parameters(const Table& table) {
  std::string list;
  int number = 1;
  for (std::string_view name : table.primary_key) {
    list += fmt::format("{}${}::{}", number == 1 ? "" : ", ", number, array_of(column(table.kind, name)->type));
    ++number;
  }
  return fmt::format("unnest({}) AS n({})", list, fmt::join(table.primary_key, ", "));
}

std::string same_key(const Table& table) {
  std::string condition;
  for (std::string_view name : table.primary_key) {
    condition += fmt::format("{}t.{} = n.{}", condition.empty() ? "" : " AND ", name, name);
  }
  return condition;
}

std::string new_values(const Table& table) {
  std::string list;
  for (const Column& column : table.columns) {
    if (std::ranges::find(table.primary_key, column.name) != table.primary_key.end()) continue;
    list += fmt::format("{0} = n.{0}, ", column.name);
  }
  return list + "position = n.position";
}

void must_touch(const Result& result, std::size_t rows, const Table& table, const char* verb) {
  if (static_cast<std::size_t>(result.affected()) == rows) return;
  throw Mismatch(fmt::format("{} of {} rows to {} were in {}: they are not what the checkpoint says (carnet rebuild)",
                             result.affected(), rows, verb, table.name));
}

void write_rows(Connection& connection, const std::string& statement, const Table& table,
                const std::vector<const Row*>& rows, const char* verb) {
  if (rows.empty()) return;
  Arrays arrays(table.kind);
  for (const Row* row : rows) arrays.add(*row);
  must_touch(connection.exec(statement, arrays.parameters()), rows.size(), table, verb);
}

Checkpoint checkpoint_from(const Result& result) {
  return {std::string(result.text(0, 0)), static_cast<Position>(result.number(0, 1)),
          std::bit_cast<std::uint64_t>(std::int64_t{result.number(0, 2)}), static_cast<int>(result.number(0, 3))};
}

std::string select_checkpoint(const std::string& schema) {
  return fmt::format("SELECT ledger, position, checksum, schema_version FROM {}.checkpoint", identifier(schema));
}

}  // namespace

std::optional<Checkpoint> checkpoint(Connection& connection, const std::string& schema) {
  try {
    Result result = connection.exec(select_checkpoint(schema));
    if (result.rows() == 1) return checkpoint_from(result);
    throw Mismatch(fmt::format("{}.checkpoint has {} rows instead of one (carnet rebuild)", schema, result.rows()));
  } catch (const DatabaseError& error) {
    if (error.sqlstate == "42P01" || error.sqlstate == "3F000") return std::nullopt;  // no such table or schema
    throw;
  }
}

void let_reader_in(Connection& connection, const std::string& schema) {
  Result role = connection.exec(fmt::format("SELECT FROM pg_roles WHERE rolname = '{}'", reader_role));
  if (role.rows() == 1) connection.exec(grants(schema, reader_role));
}

void make_tables(Connection& connection, const std::string& schema, const std::string& ledger) {
  Transaction transaction(connection);
  connection.exec("SELECT pg_advisory_xact_lock(hashtext('carnet')); SET LOCAL client_min_messages = error");
  Result there = connection.exec(fmt::format("CREATE SCHEMA IF NOT EXISTS {}; SELECT to_regclass({})",
                                             identifier(schema), literal(identifier(schema) + ".checkpoint")));
  if (there.at(0, 0)) return;
  connection.exec(create_tables(schema));
  for (auto part : {indexes, constraints, foreign_keys}) {
    for (const std::string& statement : part(schema)) connection.exec(statement);
  }
  write_first_checkpoint(connection, schema, {ledger, 0, 0, schema_version});
  let_reader_in(connection, schema);
  transaction.commit();
}

void write_first_checkpoint(Connection& connection, const std::string& schema, const Checkpoint& at) {
  connection.copy_in(fmt::format("COPY {}.checkpoint FROM STDIN (FREEZE)", identifier(schema)));
  connection.put(fmt::format("{}\t{}\t{}\t{}\n", at.ledger, at.position, std::bit_cast<std::int64_t>(at.checksum),
                             at.schema_version));
  connection.end_copy();
}

void read_tuples(Connection& connection, const std::string& source,
                 const std::function<void(std::string_view)>& visit) {
  std::size_t before = copy_header.size();  // comes with the first tuple
  connection.copy_out(fmt::format("COPY {} TO STDOUT (FORMAT binary)", source), [&](std::string_view bytes) {
    bytes.remove_prefix(std::exchange(before, 0));
    if (!bytes.empty() && bytes != copy_trailer) visit(bytes);
  });
}

void fetch(Connection& connection, const std::string& schema, const std::vector<Stream>& streams,
           const std::function<void(Row)>& visit) {
  for (const Table& table : tables()) {
    KeyArrays keys(table.kind);
    for (const Stream& stream : streams) {
      if (stream.kind == table.kind) keys.add(stream);
    }
    if (keys.rows() == 0) continue;
    Result rows =
        connection.exec(fmt::format("SELECT {} FROM {}.{} t JOIN {} ON {}", names(table, "t."), identifier(schema),
                                    table.name, keys_of_parameters(table), same_key(table)),
                        keys.parameters(), true);
    for (int row = 0; row < rows.rows(); ++row) {
      Fields fields;
      for (int i = 0; i < rows.columns(); ++i) fields[static_cast<std::size_t>(i)] = rows.at(row, i);
      visit(row_from(table.kind, fields));
    }
  }
}

void write(Connection& connection, const std::string& schema, const Changes& changes) {
  auto place = changes.of.begin();
  for (const Table& table : tables()) {
    std::string insert = fmt::format("INSERT INTO {}.{} ({}) SELECT * FROM {}", identifier(schema), table.name,
                                     names(table), rows_of_parameters(table));
    write_rows(connection, insert, table, place->inserted, "insert");
    std::string update = fmt::format("UPDATE {}.{} t SET {} FROM {} WHERE {}", identifier(schema), table.name,
                                     new_values(table), rows_of_parameters(table), same_key(table));
    write_rows(connection, update, table, place->updated, "update");
    ++place;
  }
  for (auto table = tables().rbegin(); table != tables().rend(); ++table) {
    const std::vector<Stream>& deleted = (--place)->deleted;
    if (deleted.empty()) continue;
    KeyArrays keys(table->kind);
    for (const Stream& stream : deleted) keys.add(stream);
    must_touch(connection.exec(fmt::format("DELETE FROM {}.{} t USING {} WHERE {}", identifier(schema), table->name,
                                           keys_of_parameters(*table), same_key(*table)),
                               keys.parameters()),
               deleted.size(), *table, "delete");
  }
}

Checkpoint lock_checkpoint(Connection& connection, const std::string& schema) {
  Result result = connection.exec(select_checkpoint(schema) + " FOR UPDATE");
  if (result.rows() != 1) throw Mismatch(fmt::format("{}.checkpoint is empty (carnet rebuild)", schema));
  return checkpoint_from(result);
}

void move_checkpoint(Connection& connection, const std::string& schema, const Checkpoint& from, Position position,
                     std::uint64_t checksum) {
  Result moved = connection.exec(fmt::format(
      "UPDATE {}.checkpoint SET position = {}, checksum = {} WHERE position = {} AND ledger = {}", identifier(schema),
      position, std::bit_cast<std::int64_t>(checksum), from.position, literal(from.ledger)));
  if (moved.affected() == 1) return;
  throw Mismatch(fmt::format(
      "the checkpoint is not at {} any more: another projector wrote meanwhile; nothing was changed", from.position));
}

}  // namespace carnet

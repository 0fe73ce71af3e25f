// SPDX-License-Identifier: Apache-2.0
// carnet sql: one statement of one's own, as a role that can only SELECT.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/tables.hpp"
#include "projector/cluster.hpp"

namespace carnet {
namespace {

using OwnedResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr Oid bool_oid = 16;  // fixed numbers, in no header that clients get

Type type_of(Oid oid) {
  switch (oid) {
    case 20:  // int8, int2, int4, oid
    case 21:
    case 23:
    case 26:
      return Type::integer;
    case 700:  // float4, float8
    case 701:
    case 1700:  // numeric
      return Type::decimal;
    case bool_oid:
    case 114:  // json, jsonb
    case 3802:
      return Type::json;
    case 1184:
      return Type::time;  // timestamptz
    default:
      return Type::text;
  }
}

/// As the type reads it; as text where it cannot: infinity, an integer beyond 64 bits.
Value value_of(Oid oid, Type type, std::string_view text) {
  if (oid == bool_oid) return std::string{text == "t" ? "true" : "false"};
  if (type == Type::integer) {
    if (const auto number = number_literal(text); number && std::holds_alternative<std::int64_t>(*number))
      return *number;
  } else if (type == Type::time) {
    if (const auto time = time_literal(text)) return *time;
  }
  return std::string{text};
}

TupleShape shape_of(const PGresult* result) {
  TupleShape shape{"sql", {}, 0, false, 0, {}};
  for (int i = 0; i < PQnfields(result); ++i) shape.fields.push_back({PQfname(result, i), type_of(PQftype(result, i))});
  return shape;
}

Tuple row_of(const PGresult* result, const TupleShape& shape) {
  Tuple row;
  for (int i = 0; i < PQnfields(result); ++i) {
    const std::string_view text{PQgetvalue(result, 0, i), static_cast<std::size_t>(PQgetlength(result, 0, i))};
    const Type type = shape.fields[static_cast<std::size_t>(i)].type;
    row.values.push_back(PQgetisnull(result, 0, i) != 0 ? Value{} : value_of(PQftype(result, i), type, text));
  }
  return row;
}

[[noreturn]] void fail(const PGconn* connection, const PGresult* result) {
  const auto field = [&](int code) -> std::string {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
  };
  std::string what = field(PG_DIAG_MESSAGE_PRIMARY);
  if (what.empty()) throw DatabaseDown(fmt::format("sql: {}", PQerrorMessage(connection)));
  if (const std::string at = field(PG_DIAG_STATEMENT_POSITION); !at.empty())
    what += fmt::format(", at character {}", at);
  if (const std::string detail = field(PG_DIAG_MESSAGE_DETAIL); !detail.empty()) what += ": " + detail;
  if (const std::string hint = field(PG_DIAG_MESSAGE_HINT); !hint.empty()) what += fmt::format(" ({})", hint);
  throw DatabaseError("sql: " + what, field(PG_DIAG_SQLSTATE));
}

/// The next result once it is there; null after the last. An interrupt cancels the statement.
OwnedResult next_result(PGconn* connection) {
  while (PQflush(connection) == 1 || PQisBusy(connection) != 0) {
    if (wait_readable(PQsocket(connection), -1) == Wait::stopped) {
      const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection), &PQfreeCancel);
      std::string ignored(256, '\0');
      PQcancel(cancel.get(), ignored.data(), static_cast<int>(ignored.size()));
      throw Interrupted();
    }
    if (PQconsumeInput(connection) == 0) break;
  }
  return {PQgetResult(connection), &PQclear};
}

/// Prints the rows as they come.
void print_rows(PGconn* connection, Format format) {
  Output out;
  TupleShape shape;
  std::unique_ptr<Printer> rows;
  while (const OwnedResult result = next_result(connection)) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) continue;
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) throw Usage("sql: COPY is for psql (SELECT is for here)");
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) fail(connection, result.get());
    if (!rows) {
      shape = shape_of(result.get());
      rows = printer(format, shape, out, standard_screen());
    }
    if (status == PGRES_SINGLE_TUPLE) rows->row(row_of(result.get(), shape));
  }
  if (rows) rows->end();
}

Exit run(const Common& common, const std::string& statement, bool stale) {
  const InterruptLatch latch;
  Connection connection = open_tables(common, {.stale = stale, .at_least = {}});
  if (common.database.empty())
    connection = Connection(Cluster(home_from(common.home).directory).reader_uri(), &interrupt_came);
  // On somebody else's server the role may not exist, and it is that user's own rights that count; this guards against
  // accidents.
  if (!common.database.empty()) connection.exec("SET default_transaction_read_only TO on");
  connection.exec("SET search_path TO carnet, public");
  if (PQsendQueryParams(connection.raw(), statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 0 ||
      PQsetSingleRowMode(connection.raw()) == 0) {
    fail(connection.raw(), nullptr);
  }
  print_rows(connection.raw(), common.format_or_usual());
  return Exit::done;
}

}  // namespace

Command sql_command(CLI::App& app, const Common& common) {
  struct Options {
    std::string statement;
    bool stale = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("sql", "Ask the tables one SQL statement, as a role that can only SELECT");
  command->add_option("STATEMENT", options->statement, "Such as \"select count(*) from vols\"")->required();
  command->add_flag("--stale", options->stale,
                    "From the tables as they are, without catching up with the ledger first");
  return {command, [&common, options] { return run(common, options->statement, options->stale); }};
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/swap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "projector/checkpoint.hpp"
#include "projector/ddl.hpp"
#include "projector/dependents.hpp"
#include "projector/patience.hpp"
#include "projector/schema.hpp"
#include "projector/tables.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr const char* deadlock = "40P01";
constexpr const char* dependent_objects = "2BP01";

constexpr int shortest_wait_ms = 50, longest_wait_ms = 1'000;  // for locks, while new readers queue behind
constexpr int attempts_for_all_tables = 8;                     // two seconds
constexpr int attempts_to_drop = 5;

bool is_about_locks(const DatabaseError& error) {
  return error.sqlstate == lock_not_available || error.sqlstate == deadlock;
}

/// Whether the schema has tables of carnet's.
bool is_there(Connection& connection, const std::string& schema) {
  const std::string mark = identifier(schema) + "." + mark_of_carnet;
  return connection.exec(fmt::format("SELECT to_regclass({})", literal(mark))).at(0, 0).has_value();
}

bool is_empty(Connection& connection, const std::string& schema) {
  const std::string relations =
      fmt::format("SELECT FROM pg_class WHERE relnamespace = to_regnamespace({}) LIMIT 1", literal(identifier(schema)));
  return connection.exec(relations).rows() == 0;
}

std::string free_name(Connection& connection, const std::string& prefix) {
  for (int n = 1;; ++n) {
    std::string name = fmt::format("{}_{}", prefix, n);
    if (identity_of(connection, name).empty()) return name;
  }
}

void refuse_others(const std::string& schema, const Dependents& dependents) {
  if (dependents.others.empty()) return;
  throw DatabaseError(fmt::format("{} cannot be replaced while this depends on it: {} (drop it, or move it elsewhere)",
                                  schema, fmt::join(dependents.others, ", ")),
                      dependent_objects);
}

/// Keeps everybody out: questions that hold the projection and projectors by the checkpoint; and, if that can be had
/// soon, single statements too, so that none finds one table's name before the swap and another one's after it.
void lock(Connection& connection, const std::string& schema, int attempt) {
  int wait_ms = std::min(shortest_wait_ms * (attempt + 1), longest_wait_ms);
  connection.exec(fmt::format("SET LOCAL lock_timeout = {}", wait_ms));
  connection.exec(fmt::format("LOCK TABLE {}.checkpoint IN ACCESS EXCLUSIVE MODE", identifier(schema)));
  if (attempt < attempts_for_all_tables) {
    for (const Table& table : tables()) {
      connection.exec(fmt::format("LOCK TABLE {}.{} IN ACCESS EXCLUSIVE MODE", identifier(schema), table.name));
    }
  }
  connection.exec("SET LOCAL lock_timeout = 0");
}

void bring_up_to_head(Connection& connection, const std::string& schema, Reader& reader, const Watch& watch) {
  reader.refresh();
  const Position head = reader.head().position;
  Checkpoint at = checkpoint(connection, schema).value();
  while (at.position < head) {
    must_be_of(at, reader);
    const std::unique_ptr<Window> next = fold_window(reader, at.position, head, watch.stop);
    const Checkpoint after = checkpoint_after(*next, at);
    if (connection.exec(moving_checkpoint(connection, schema, at, after)).rows() == 0) {
      throw Mismatch(fmt::format("somebody else writes to {}, which is being built", schema));
    }
    write_window(connection, schema, *next);
    at = after;
  }
}

void swap_once(Connection& connection, Reader& reader, const Swap& swap, const std::string& former, int attempt,
               const Watch& watch) {
  Transaction transaction(connection);
  hold_making(connection);  // where there are no tables yet, a projector may be about to make them
  if (is_there(connection, swap.schema)) lock(connection, swap.schema, attempt);
  if (swap.follows) bring_up_to_head(connection, swap.successor, reader, watch);
  Dependents dependents = dependents_of(connection, swap.schema, swap.successor);
  refuse_others(swap.schema, dependents);
  for (const std::string& statement : dependents.indexes) connection.exec(statement);
  auto rename = [&](const std::string& from, const std::string& to) {
    connection.exec(fmt::format("ALTER SCHEMA {} RENAME TO {}", identifier(from), identifier(to)));
  };
  if (!identity_of(connection, swap.schema).empty()) rename(swap.schema, former);
  rename(swap.successor, swap.schema);
  for (const std::string& view : dependents.inside) {
    connection.exec(
        fmt::format("ALTER VIEW {}.{} SET SCHEMA {}", identifier(former), identifier(view), identifier(swap.schema)));
  }
  for (const std::string& statement : dependents.carried) connection.exec(statement);
  transaction.commit();
}

}  // namespace

std::string identity_of(Connection& connection, const std::string& schema) {
  return std::string(
      connection.exec(fmt::format("SELECT to_regnamespace({})::oid", literal(identifier(schema)))).text(0, 0));
}

void drop(Connection& connection, const std::string& schema) {
  std::string names = identifier(schema) + ".checkpoint";
  for (const Table& table : tables()) names += fmt::format(", {}.{}", identifier(schema), table.name);
  Transaction transaction(connection);
  connection.exec(
      fmt::format("SET LOCAL lock_timeout = 200; SET LOCAL client_min_messages = error; "
                  "DROP TABLE IF EXISTS {}; DROP SCHEMA IF EXISTS {}",
                  names, identifier(schema)));
  transaction.commit();
}

bool try_drop(Connection& connection, const std::string& schema) {
  try {
    drop(connection, schema);
    return true;
  } catch (const DatabaseError& error) {
    if (error.sqlstate != dependent_objects && !is_about_locks(error)) throw;
    return false;
  }
}

void must_be_replaceable(Connection& connection, const Swap& swap) {
  if (identity_of(connection, swap.schema).empty()) return;
  if (!is_there(connection, swap.schema) && !(swap.follows && is_empty(connection, swap.schema))) {
    throw DatabaseError(
        fmt::format("schema {} is there and was not made by carnet ({})", swap.schema,
                    swap.follows ? "give it another name, or use another database" : "name another one"),
        dependent_objects);
  }
  Transaction transaction(connection);
  refuse_others(swap.schema, dependents_of(connection, swap.schema, swap.successor));
}

void carry_indexes(Connection& connection, const Swap& swap) {
  Transaction transaction(connection);
  for (const std::string& statement : dependents_of(connection, swap.schema, swap.successor).indexes) {
    connection.exec(statement);
  }
  transaction.commit();
}

std::string swap_in(Connection& connection, Reader& reader, const Swap& swap, const Watch& watch) {
  std::string former = free_name(connection, swap.keep_former ? "carnet_kept" : "carnet_former");
  for (int attempt = 0;; ++attempt) {
    try {
      swap_once(connection, reader, swap, former, attempt, watch);
      break;
    } catch (const DatabaseError& error) {
      if (!is_about_locks(error)) throw;
      if (attempt == attempts_for_all_tables && watch.say) watch.say("the swap waits for questions to end");
      sleep(20ms, watch.stop);
    }
  }
  if (identity_of(connection, former).empty()) return "";
  if (swap.keep_former) return former;
  for (int attempt = 0; attempt < attempts_to_drop; ++attempt) {
    if (try_drop(connection, former)) return "";
    sleep(50ms, watch.stop);
  }
  return former;
}

void clear_remains(Connection& connection, const Swap& swap) {
  connection.exec(
      fmt::format("SET client_min_messages = error; DROP SCHEMA IF EXISTS {} CASCADE", identifier(swap.successor)));
  Result left = connection.exec("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'carnet\\_former\\_%'");
  for (int row = 0; row < left.rows(); ++row) try_drop(connection, std::string(left.text(row, 0)));
}

}  // namespace carnet

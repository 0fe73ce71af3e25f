// SPDX-License-Identifier: Apache-2.0
#include "projector/rebuild.hpp"

#include <fmt/format.h>

#include <functional>

#include "events/ledger.hpp"
#include "projector/bulk.hpp"
#include "projector/moments.hpp"
#include "projector/patience.hpp"
#include "projector/swap.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

constexpr Position short_tail = 1'000;  // what the swap may fold while it keeps everybody out

/// Held as long as the session: one rebuild of a schema at a time. After a kill the server frees it, and what the dead
/// rebuild left is cleared by the next.
void take_turn(Connection& connection, const std::string& schema, int patience_ms) {
  try {
    connection.exec(
        fmt::format("SET lock_timeout = {}; SELECT pg_advisory_lock(hashtext('carnet rebuild'), "
                    "hashtext({})); RESET lock_timeout",
                    patience_ms, literal(schema)));
  } catch (const DatabaseError& error) {
    if (error.sqlstate != lock_not_available) throw;
    throw Locked(fmt::format("another rebuild of {} is at work", schema));
  }
}

void catch_up_with_appends(Connection& connection, const std::string& schema, Reader& reader, const Watch& watch) {
  Checkpoint at = checkpoint(connection, schema).value();
  for (reader.refresh(); at.position + short_tail < reader.head().position; reader.refresh()) {
    at = advance(connection, schema, reader, at, reader.head().position, {{}, {}, watch.stop});
  }
}

/// On a connection of its own, once those that failed are closed and the server has noticed. Where that fails too, the
/// next rebuild does it.
void leave_nothing(const std::string& uri, const Swap& swap) {
  try {
    Connection connection(uri);
    take_turn(connection, swap.schema, 5'000);
    clear_remains(connection, swap);
  } catch (const std::exception&) {
  }
}

/// `successor` is the identity of the tables that wait to be swapped in, once they do: where a COMMIT left in doubt
/// whether they were, it tells.
Rebuilt attempt(Connection& one, Connection& two, Reader& reader, const Swap& swap, Position until,
                const Rebuild& options, const Watch& watch, std::string& successor) {
  Rebuilt rebuilt;
  if (successor.empty() || identity_of(one, swap.schema) != successor) {
    must_be_replaceable(one, swap);
    clear_remains(one, swap);
    build_tables(one, two, reader, swap.successor, until, options.memory_bytes, watch);
    carry_indexes(one, swap);
    if (swap.follows) catch_up_with_appends(one, swap.successor, reader, watch);
    successor = identity_of(one, swap.successor);
    rebuilt.former = swap_in(one, reader, swap, watch);
    if (!swap.follows) note_use(one, swap.schema);
    if (swap.keep_former && !rebuilt.former.empty()) note_use(one, rebuilt.former);
  }
  rebuilt.position = checkpoint(one, swap.schema)->position;
  return rebuilt;
}

Rebuilt replace(const std::string& uri, Reader& reader, const Swap& swap, Position until, const Rebuild& options,
                const Watch& watch) {
  Rebuilt rebuilt;
  std::string successor;
  patiently(watch, [&](const std::function<void()>& reached) {
    bool begun = false;
    try {
      Connection one(uri, watch.stop), two(uri, watch.stop);
      reached();
      take_turn(one, swap.schema, 1);
      begun = true;
      rebuilt = attempt(one, two, reader, swap, until, options, watch, successor);
    } catch (...) {
      if (begun) leave_nothing(uri, swap);
      throw;
    }
  });
  return rebuilt;
}

}  // namespace

Rebuilt rebuild(const std::string& uri, Reader& reader, const Rebuild& options, const Watch& watch) {
  reader.refresh();
  return replace(uri, reader, {projection_schema, "carnet_rebuild", true, options.keep_old}, reader.head().position,
                 options, watch);
}

Position rebuild_until(const std::string& uri, Reader& reader, Position until, const std::string& into,
                       const Rebuild& options, const Watch& watch) {
  if (into == projection_schema) {
    throw DatabaseError(into + " is the projection's own schema (name another one)", "42P06");
  }
  reader.refresh();
  if (until > reader.head().position) {
    throw DatabaseError(fmt::format("position {} is beyond the ledger's last, {}", until, reader.head().position),
                        "22003");
  }
  std::string successor = fmt::format("carnet_rebuild_{:016x}", std::hash<std::string>()(into));
  return replace(uri, reader, {into, successor, false, options.keep_old}, until, options, watch).position;
}

Standing standing_at(Reader& reader, Time time) {
  Standing standing;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    if (standing.next) {
      standing.earlier_ones += record.time <= time ? 1 : 0;
    } else if (record.time > time) {
      standing.next = record.time;
    } else {
      standing.position = record.position;
    }
    return true;
  });
  return standing;
}

Position position_at(Reader& reader, Time time) {
  Position before = 0;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    if (record.time > time) return false;
    before = record.position;
    return true;
  });
  return before;
}

}  // namespace carnet

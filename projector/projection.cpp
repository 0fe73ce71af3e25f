// SPDX-License-Identifier: Apache-2.0
#include "projector/projection.hpp"

#include <fmt/format.h>

#include "events/ledger.hpp"
#include "projector/ddl.hpp"
#include "projector/patience.hpp"
#include "projector/rebuild.hpp"
#include "projector/tables.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_latency = 100ms;       // a flag raised by another thread is noticed then
constexpr Position long_history = 50'000;  // from here on a rebuild is quicker than windows

/// Tables that an older carnet made are never altered; and where nothing is in the tables yet, nobody minds.
bool is_for_rebuild(const std::optional<Checkpoint>& at, const Head& head) {
  if (at && at->ledger != head.uuid) return false;
  return (at && at->schema_version < schema_version) || ((!at || at->position == 0) && head.position >= long_history);
}

/// catch_up, to the checkpoint.
Checkpoint bring_up_to_date(Connection& connection, Reader& reader, const Watch& watch) {
  const std::string schema = projection_schema;
  reader.refresh();
  std::optional<Checkpoint> at = checkpoint(connection, schema);
  while (is_for_rebuild(at, reader.head())) {
    try {
      rebuild(connection.uri(), reader, {}, watch);
    } catch (const Locked&) {  // somebody else has the same need
      sleep(100ms, watch.stop);
    }
    at = checkpoint(connection, schema);
  }
  if (!at) {
    make_tables(connection, schema, reader.head().uuid);
    at = checkpoint(connection, schema);
  }
  must_be_of(*at, reader);
  return advance(connection, schema, reader, *at, reader.head().position, watch);
}

}  // namespace

bool stands_at(Connection& connection, const Head& head) {
  const std::optional<Checkpoint> at = checkpoint(connection);
  return at && at->ledger == head.uuid && at->position == head.position && at->checksum == head.checksum &&
         at->schema_version == schema_version;
}

Position catch_up(Connection& connection, Reader& reader, const Watch& watch) {
  return bring_up_to_date(connection, reader, watch).position;
}

Position project(const std::string& uri, Reader& reader, const Watch& watch, bool follow) {
  Checkpoint at;
  patiently(watch, [&](const std::function<void()>& reached) {
    Connection connection(uri, watch.stop);
    reached();
    at = bring_up_to_date(connection, reader, watch);
    while (follow) {
      if (watch.stop != nullptr && *watch.stop) throw Interrupted();
      if (!reader.wait(stop_latency)) continue;
      reader.refresh();
      at = advance(connection, projection_schema, reader, at, reader.head().position, watch);
      reached();
    }
  });
  return at.position;
}

}  // namespace carnet

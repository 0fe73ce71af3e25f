// SPDX-License-Identifier: Apache-2.0
#include "projector/projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "projector/ddl.hpp"
#include "projector/tables.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Large enough that a flight is created and lands within one, so that its row is written once; small enough that a
// window's states stay below 64 MB.
constexpr Position window = 100'000;
constexpr auto poll = 5ms;

void sleep(Clock::duration time, StopFlag stop) {
  for (auto until = Clock::now() + time; Clock::now() < until;) {
    if (stop != nullptr && *stop) throw Interrupted();
    std::this_thread::sleep_for(std::min<Clock::duration>(until - Clock::now(), 100ms));
  }
}

/// Throws Mismatch unless the tables come from the reader's ledger as it is now.
void must_be_of(const Checkpoint& at, Reader& reader) {
  if (at.schema_version != schema_version) {
    throw Mismatch(fmt::format("the tables have schema version {}, this carnet makes {} (carnet rebuild)",
                               at.schema_version, schema_version));
  }
  if (at.ledger != reader.head().uuid) {
    throw Mismatch(fmt::format("the tables are of ledger {}, this one is {} (carnet rebuild makes them anew)",
                               at.ledger, reader.head().uuid));
  }
  if (at.position > reader.head().position) reader.refresh();  // others append and project at the same time
  if (at.position > reader.head().position) {
    throw Mismatch(
        fmt::format("the tables are at position {}, but the ledger ends at {}: an older copy was restored "
                    "(carnet rebuild makes them anew)",
                    at.position, reader.head().position));
  }
  const Head& head = reader.head();
  if (at.checksum != (at.position == head.position ? head.checksum : reader.checksum_at(at.position))) {
    throw Mismatch(
        fmt::format("record {} is not the one that the tables were made from (carnet rebuild)", at.position));
  }
}

/// Folds the records after `at` up to `to` into rows and commits them with the checkpoint.
Checkpoint advance(Connection& connection, const std::string& schema, Reader& reader, Position to, StopFlag stop) {
  Transaction transaction(connection);
  Checkpoint at = lock_checkpoint(connection, schema);
  must_be_of(at, reader);
  if (at.position >= to) return at;
  to = std::min(to, at.position + window);

  Fold fold;
  Position position = at.position;
  std::uint64_t checksum = at.checksum;
  reader.scan(at.position + 1, to, [&](const Record& record) {
    if (record.position != position + 1) {
      throw Damage(fmt::format("record {} follows record {}", record.position, position));
    }
    if (stop != nullptr && *stop) throw Interrupted();
    fold.take(record);
    position = record.position;
    checksum = record.checksum;
    return true;
  });
  if (position != to) throw Damage(fmt::format("the ledger ends at record {} instead of {}", position, to));
  fetch(connection, schema, fold.missing(), [&](Row row) { fold.supply(std::move(row)); });
  write(connection, schema, fold.finish());
  move_checkpoint(connection, schema, at, position, checksum);
  transaction.commit();
  at.position = position;
  at.checksum = checksum;
  return at;
}

}  // namespace

Position catch_up(Connection& connection, Reader& reader, const Watch& watch) {
  const std::string schema = "carnet";
  reader.refresh();
  std::optional<Checkpoint> at = checkpoint(connection, schema);
  if (!at) {
    make_tables(connection, schema, reader.head().uuid);
    at = checkpoint(connection, schema);
  }
  must_be_of(*at, reader);
  while (at->position < reader.head().position) {
    at = advance(connection, schema, reader, reader.head().position, watch.stop);
    if (watch.progress) watch.progress(at->position, reader.head().position);
  }
  return at->position;
}

Position project(const std::string& uri, Reader& reader, const Watch& watch, bool follow) {
  constexpr auto first_pause = 100ms, longest_pause = 5'000ms;
  bool reached = false;  // a server that was never there is an error, one that went away may come back
  for (auto pause = first_pause;;) {
    try {
      Connection connection(uri, watch.stop);
      reached = true;
      for (;;) {
        Position position = catch_up(connection, reader, watch);
        pause = first_pause;
        if (!follow) return position;
        sleep(poll, watch.stop);
      }
    } catch (const DatabaseDown& down) {
      if (!reached) throw;
      if (watch.say) watch.say(fmt::format("{}; trying again in {} ms", down.what(), pause.count()));
      sleep(pause, watch.stop);
      pause = std::min(2 * pause, longest_pause);
    }
  }
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "projector/checkpoint.hpp"
#include "projector/ddl.hpp"
#include "projector/tables.hpp"

namespace carnet {
namespace {

// Large enough that a flight is created and lands within one, so that its row is written once; small enough that a
// window's states stay below 64 MB.
constexpr Position window = 100'000;
constexpr Position progress_step = 10'000;

}  // namespace

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

std::uint64_t fold_history(Reader& reader, Position after, Position to, Fold& fold, const Watch& watch) {
  Position position = after;
  std::uint64_t checksum = 0;
  reader.scan(after + 1, to, [&](const Record& record) {
    if (record.position != position + 1) {
      throw Damage(fmt::format("record {} follows record {}", record.position, position));
    }
    if (watch.stop != nullptr && *watch.stop) throw Interrupted();
    if (watch.progress && record.position % progress_step == 0) watch.progress(record.position, to);
    fold.take(record);
    position = record.position;
    checksum = record.checksum;
    return true;
  });
  if (position != to) throw Damage(fmt::format("the ledger ends at record {} instead of {}", position, to));
  return checksum;
}

std::optional<Checkpoint> advance_within(Connection& connection, const std::string& schema, Reader& reader,
                                         const Checkpoint& at, Position to, const Watch& watch) {
  must_be_of(at, reader);
  Checkpoint next = at;
  next.position = std::min(to, at.position + window);
  Fold fold;
  next.checksum = fold_history(reader, at.position, next.position, fold, {{}, {}, watch.stop});
  // From here on to the commit no other projector gets past the checkpoint: rows are as of `at`.
  if (!move_checkpoint(connection, schema, at, next)) return std::nullopt;
  fetch(connection, schema, fold.missing(), [&](Row row) { fold.supply(std::move(row)); });
  write(connection, schema, fold.finish());
  return next;
}

Checkpoint advance(Connection& connection, const std::string& schema, Reader& reader, const Checkpoint& at, Position to,
                   const Watch& watch) {
  {
    Transaction transaction(connection);
    if (std::optional<Checkpoint> next = advance_within(connection, schema, reader, at, to, watch)) {
      transaction.commit();
      return *next;
    }
  }
  return checkpoint(connection, schema).value_or(at);
}

}  // namespace carnet

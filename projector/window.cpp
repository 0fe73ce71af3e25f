// SPDX-License-Identifier: Apache-2.0
#include "projector/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "projector/checkpoint.hpp"
#include "projector/ddl.hpp"
#include "projector/tables.hpp"

namespace carnet {
namespace {

// Large enough that a flight is created and lands within one, so that its row is written once, and that rows which are
// neighbours in an index come together; small enough that a window takes less than 100 MB. Two are there at a time.
constexpr Position window_size = 200'000;
constexpr Position progress_step = 10'000;

/// Moves `at` as well. False, and nothing done, where the checkpoint is not there any more.
bool commit_window(Connection& connection, const std::string& schema, Window& window, Checkpoint& at) {
  const Checkpoint after = checkpoint_after(window, at);
  // The checkpoint first: from here on to the commit no other projector gets past it, and rows are as of `at`.
  Transaction transaction(
      connection, fmt::format("{}; {}", Transaction::read_committed, moving_checkpoint(connection, schema, at, after)));
  if (transaction.opening().rows() == 0) return false;
  write_window(connection, schema, window);
  transaction.commit();
  at = after;
  return true;
}

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
  if (fold.asks_for_deaths()) {
    reader.scan(after + 1, to, [&](const Record& record) {
      if (watch.stop != nullptr && *watch.stop) throw Interrupted();
      fold.take_death(record);
      return true;
    });
  }
  return checksum;
}

std::unique_ptr<Window> fold_window(Reader& reader, Position after, Position to, StopFlag stop) {
  auto next = std::make_unique<Window>();
  next->after = after;
  next->last = std::min(to, after + window_size);
  next->checksum = fold_history(reader, after, next->last, next->fold, {{}, {}, stop});
  return next;
}

Checkpoint checkpoint_after(const Window& window, Checkpoint at) {
  at.position = window.last;
  at.checksum = window.checksum;
  return at;
}

void write_window(Connection& connection, const std::string& schema, Window& window) {
  fetch(connection, schema, window.fold.missing(), [&](Row row) { window.fold.supply(std::move(row)); });
  write(connection, schema, window.fold.finish());
}

Checkpoint advance(Connection& connection, const std::string& schema, Reader& reader, Checkpoint at, Position to,
                   const Watch& watch) {
  std::unique_ptr<Window> next;
  while (at.position < to) {
    must_be_of(at, reader);
    if (!next || next->after != at.position) next = fold_window(reader, at.position, to, watch.stop);
    std::future<std::unique_ptr<Window>> later;  // until get() the reader is its thread's
    if (next->last < to) {
      later = std::async(std::launch::async, fold_window, std::ref(reader), next->last, to, watch.stop);
    }
    if (!commit_window(connection, schema, *next, at)) at = checkpoint(connection, schema).value_or(at);
    next = later.valid() ? later.get() : nullptr;
    if (watch.progress) watch.progress(at.position, to);
  }
  return at;
}

}  // namespace carnet

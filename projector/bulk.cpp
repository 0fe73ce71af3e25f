// SPDX-License-Identifier: Apache-2.0
#include "projector/bulk.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "projector/checkpoint.hpp"
#include "projector/ddl.hpp"
#include "projector/fold.hpp"
#include "projector/tables.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

/// Of rows in whatever order.
struct Digest128 {
  std::uint64_t rows = 0, low = 0, high = 0;

  void add(std::string_view tuple) {
    XXH128_hash_t hash = XXH3_128bits(tuple.data(), tuple.size());
    ++rows;
    low += hash.low64;
    high += hash.high64;
  }
  bool operator==(const Digest128&) const = default;
};
using Digests = std::array<Digest128, 5>;  // in the order of tables()

constexpr std::size_t chunk_bytes = 256 << 10;

/// COPY of one table's rows; counts them into the digest.
void copy_rows(Connection& connection, const std::string& schema, const Table& table,
               const std::vector<const Row*>& rows, Digest128& digest) {
  if (rows.empty()) return;
  connection.copy_in(fmt::format("COPY {}.{} FROM STDIN (FORMAT binary, FREEZE)", identifier(schema), table.name));
  std::string chunk(copy_header);
  for (const Row* row : rows) {
    std::size_t from = chunk.size();
    append_tuple(chunk, *row);
    digest.add(std::string_view(chunk).substr(from));
    if (chunk.size() < chunk_bytes) continue;
    connection.put(chunk);
    chunk.clear();
  }
  chunk += copy_trailer;
  connection.put(chunk);
  connection.end_copy();
}

/// Folds and copies, in one transaction with the tables' making, which lets COPY skip the WAL and freeze.
Digests load(Connection& connection, Reader& reader, const std::string& schema, Position until,
             std::size_t memory_bytes, const Watch& watch) {
  Digests digests;
  Transaction transaction(connection);
  connection.exec(fmt::format("CREATE SCHEMA {}", identifier(schema)));
  connection.exec(create_tables(schema));
  std::uint64_t checksum = 0;
  std::optional<Key> from{Key{}};
  while (from) {
    Fold fold(*from, memory_bytes);
    checksum = fold_history(reader, 0, until, fold, watch);
    Changes changes = fold.finish();
    std::size_t place = 0;
    for (const Table& table : tables()) {
      copy_rows(connection, schema, table, changes.of[place].inserted, digests[place]);
      ++place;
    }
    from = fold.range().to;
  }
  write_first_checkpoint(connection, schema, {reader.head().uuid, until, checksum, schema_version});
  transaction.commit();
  return digests;
}

void read_back(Connection& connection, const std::string& schema, const Table& table, const Digest128& folded) {
  Digest128 found;
  read_tuples(connection, fmt::format("{}.{}", identifier(schema), table.name),
              [&](std::string_view tuple) { found.add(tuple); });
  if (found == folded) return;
  throw Mismatch(fmt::format("{}.{} does not hold what was loaded: {} rows instead of {}, or other values", schema,
                             table.name, found.rows, folded.rows));
}

using Task = std::function<void(Connection&)>;

/// Each connection takes the next task, in order, until there are no more or one failed.
void run_on_both(Connection& one, Connection& two, const std::vector<Task>& tasks) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  auto work = [&](Connection& connection) {
    try {
      for (std::size_t i = next++; i < tasks.size(); i = next++) tasks[i](connection);
    } catch (...) {
      std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = tasks.size();
    }
  };
  {
    std::jthread other(work, std::ref(two));
    work(one);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void build_tables(Connection& one, Connection& two, Reader& reader, const std::string& schema, Position until,
                  std::size_t memory_bytes, const Watch& watch) {
  Digests folded = load(one, reader, schema, until, memory_bytes, watch);
  std::vector<Task> tasks;
  for (const std::string& statement : indexes(schema)) {
    tasks.push_back([statement](Connection& connection) { connection.exec(statement); });
  }
  run_on_both(one, two, tasks);
  for (const std::string& statement : constraints(schema)) one.exec(statement);
  let_reader_in(one, schema);

  // Foreign keys and ANALYZE lock each other out, but not those who read.
  tasks = {[&](Connection& connection) {
    for (const std::string& statement : foreign_keys(schema)) connection.exec(statement);
    for (const Table& table : tables()) {
      connection.exec(fmt::format("ANALYZE {}.{}", identifier(schema), table.name));
    }
  }};
  std::size_t place = 0;
  for (const Table& table : tables()) {
    const Digest128& expected = folded[place++];
    tasks.push_back([&](Connection& connection) { read_back(connection, schema, table, expected); });
  }
  run_on_both(one, two, tasks);
}

}  // namespace carnet

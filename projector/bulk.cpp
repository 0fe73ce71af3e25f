// SPDX-License-Identifier: Apache-2.0
#include "projector/bulk.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "projector/checkpoint.hpp"
#include "projector/ddl.hpp"
#include "projector/fold.hpp"
#include "projector/progress.hpp"
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
constexpr std::uint64_t rows_told = 10'000;

// What is done of the whole after each step, measured on 3 million events. Folding takes half of the loading.
constexpr double loaded_share = 0.33, indexed_share = 0.87;

/// COPY of one table's rows; counts them into the digest. Tells how many after each chunk.
void copy_rows(Connection& connection, const std::string& schema, const Table& table,
               const std::vector<const Row*>& rows, Digest128& digest, const std::function<void(std::size_t)>& copied) {
  if (rows.empty()) return;
  connection.copy_in(fmt::format("COPY {}.{} FROM STDIN (FORMAT binary, FREEZE)", identifier(schema), table.name));
  std::string chunk(copy_header);
  std::size_t rows_in_chunk = 0;
  for (const Row* row : rows) {
    std::size_t from = chunk.size();
    append_tuple(chunk, *row);
    digest.add(std::string_view(chunk).substr(from));
    ++rows_in_chunk;
    if (chunk.size() < chunk_bytes) continue;
    connection.put(chunk);
    chunk.clear();
    copied(std::exchange(rows_in_chunk, 0));
  }
  chunk += copy_trailer;
  connection.put(chunk);
  connection.end_copy();
}

/// Folds and copies, in one transaction with the tables' making, which lets COPY skip the WAL and freeze.
Digests load(Connection& connection, Reader& reader, const std::string& schema, Position until,
             std::size_t memory_bytes, Progress& progress, StopFlag stop) {
  Digests digests;
  Transaction transaction(connection);
  connection.exec(fmt::format("CREATE SCHEMA {}", identifier(schema)));
  connection.exec(create_tables(schema));
  std::uint64_t checksum = 0;
  double loaded = 0;  // share of all streams
  std::optional<Stream> from{Stream{}};
  while (from) {
    Fold fold(*from, memory_bytes);
    const auto folded = [&](Position done, Position of) {
      progress.reached(loaded_share *
                       (loaded + (1 - loaded) / 2 * static_cast<double>(done) / static_cast<double>(of)));
    };
    checksum = fold_history(reader, 0, until, fold, {folded, {}, stop});
    const Changes changes = fold.finish();
    std::size_t rows = 0, copied = 0, place = 0;
    for (const Changes::OfTable& of : changes.of) rows += of.inserted.size();
    for (const Table& table : tables()) {
      copy_rows(connection, schema, table, changes.of[place].inserted, digests[place], [&](std::size_t more) {
        copied += more;
        const double part = 0.5 + 0.5 * static_cast<double>(copied) / static_cast<double>(rows);
        progress.reached(loaded_share * (loaded + fold.share() * part));
      });
      ++place;
    }
    loaded += fold.share();
    from = fold.range().to;
  }
  write_first_checkpoint(connection, schema, {reader.head().uuid, until, checksum, schema_version});
  transaction.commit();
  return digests;
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

void make_indexes(Connection& one, Connection& two, const std::string& schema, Progress& progress) {
  const std::vector<std::string> statements = indexes(schema);
  std::atomic<int> made = 0;
  std::vector<Task> tasks;
  for (const std::string& statement : statements) {
    tasks.push_back([&](Connection& connection) {
      connection.exec(statement);
      const double part = static_cast<double>(++made) / static_cast<double>(statements.size());
      progress.reached(loaded_share + (indexed_share - loaded_share) * part);
    });
  }
  run_on_both(one, two, tasks);
  for (const std::string& statement : constraints(schema)) one.exec(statement);
}

/// Foreign keys and ANALYZE lock each other out, but not those who read: the tables are read back beside them.
void make_foreign_keys_and_read_back(Connection& one, Connection& two, const std::string& schema, const Digests& folded,
                                     Progress& progress) {
  std::vector<Task> tasks{[&](Connection& connection) {
    for (const std::string& statement : foreign_keys(schema)) connection.exec(statement);
    for (const Table& table : tables()) {
      connection.exec(fmt::format("ANALYZE {}.{}", identifier(schema), table.name));
    }
  }};
  std::uint64_t all = 0;
  for (const Digest128& of : folded) all += of.rows;
  std::atomic<std::uint64_t> read = 0;
  std::size_t place = 0;
  for (const Table& table : tables()) {
    const Digest128& expected = folded[place++];
    tasks.push_back([&](Connection& connection) {
      Digest128 found;
      read_tuples(connection, fmt::format("{}.{}", identifier(schema), table.name), [&](std::string_view tuple) {
        found.add(tuple);
        if (++read % rows_told != 0) return;
        progress.reached(indexed_share + (1 - indexed_share) * static_cast<double>(read) / static_cast<double>(all));
      });
      if (found == expected) return;
      throw Mismatch(fmt::format("{}.{} does not hold what was loaded: {} rows instead of {}, or other values", schema,
                                 table.name, found.rows, expected.rows));
    });
  }
  run_on_both(one, two, tasks);
}

}  // namespace

void build_tables(Connection& one, Connection& two, Reader& reader, const std::string& schema, Position until,
                  std::size_t memory_bytes, const Watch& watch) {
  Progress progress(watch, until);
  const Digests folded = load(one, reader, schema, until, memory_bytes, progress, watch.stop);
  make_indexes(one, two, schema, progress);
  let_reader_in(one, schema);
  make_foreign_keys_and_read_back(one, two, schema, folded, progress);
}

}  // namespace carnet

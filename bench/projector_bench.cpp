// SPDX-License-Identifier: Apache-2.0
// The projector against PostgreSQL itself: COPY of the finished rows, a hand-written upsert, a commit. In one run.
//   projector_bench [--only rebuild|live|latency] [--flights N] [--rounds N] [--memory MIB] [--amended]
//                   [--ledger DIRECTORY]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "bench/measure.hpp"
#include "events/ledger.hpp"
#include "projector/cluster.hpp"
#include "projector/ddl.hpp"
#include "projector/rebuild.hpp"
#include "projector/schema.hpp"

namespace carnet::bench {
namespace {

struct Options {
  std::size_t flights = 1'000'000;  // three events each
  int rounds = 3;
  std::size_t memory_mib = 512;
  bool amended = false;  // every flight once more, at the end of the history
  std::string ledger;    // its history instead; written there first, where there is none
  std::string only;      // one of the three measurements
};

constexpr std::size_t fleet = 4'000;

std::string flight_line(std::size_t flight, std::string_view verb, std::size_t second) {
  std::string line = fmt::format(R"({{"type":"vol.{}","numero":"V{}","time":"2026-{:02}-{:02}T{:02}:{:02}:{:02}Z")",
                                 verb, flight, second / 2'419'200 % 12 + 1, second / 86'400 % 28 + 1,
                                 second / 3'600 % 24, second / 60 % 60, second % 60);
  if (verb == "created") {
    line += fmt::format(R"(,"destination":"Madrid-Barajas {}","avion_id":{},"pilote_id":{})", flight % 97,
                        flight % fleet + 1, flight % fleet + 1);
  }
  if (verb == "amended") line += R"(,"destination":"Toulouse-Blagnac, where it never went")";
  return line + "}";
}

void append(Ledger& ledger, const std::vector<std::string>& texts) {
  std::vector<Line> lines;
  for (const std::string& text : texts) lines.push_back(std::get<Line>(parse_line(text)));
  for (const Answer& answer : ledger.append(lines)) {
    if (const auto* rejection = std::get_if<Rejection>(&answer)) throw std::runtime_error(rejection->message);
  }
}

/// Flights overlap by hundreds, each avion's own do not.
void write_history(const std::filesystem::path& directory, const Options& options) {
  Ledger ledger(directory, {});
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= fleet; ++i) {
    texts.push_back(fmt::format(R"({{"type":"avion.registered","avion_id":{},"modele":"A{}"}})", i, 300 + i % 40));
    texts.push_back(fmt::format(R"({{"type":"pilote.registered","pilote_id":{0},"nom":"P{0}","licence":"L{0}"}})", i));
  }
  append(ledger, texts);
  constexpr std::size_t wave = 400;
  std::size_t second = 0;
  for (std::size_t first = 0; first < options.flights; first += wave) {
    texts.clear();
    for (const char* verb : {"created", "took_off", "landed"}) {
      for (std::size_t i = first; i < std::min(first + wave, options.flights); ++i) {
        texts.push_back(flight_line(i, verb, second));
      }
      ++second;
    }
    append(ledger, texts);
  }
  for (std::size_t first = 0; options.amended && first < options.flights; first += wave) {
    texts.clear();
    for (std::size_t i = first; i < std::min(first + wave, options.flights); ++i) {
      texts.push_back(flight_line(i, "amended", second));
    }
    append(ledger, texts);
  }
}

/// The finished rows, as COPY has them.
using Rows = std::vector<std::vector<std::string>>;

Rows finished_rows(Connection& connection) {
  Rows rows;
  for (const Table& table : tables()) {
    std::vector<std::string> chunks(1);
    connection.copy_out(fmt::format("COPY carnet.{} TO STDOUT (FORMAT binary)", table.name),
                        [&](std::string_view bytes) {
                          if (chunks.back().size() > 256 << 10) chunks.emplace_back();
                          chunks.back() += bytes;
                        });
    rows.push_back(std::move(chunks));
  }
  return rows;
}

void copy(Connection& connection, const std::string& schema, const Rows& rows, const char* options) {
  std::size_t place = 0;
  for (const Table& table : tables()) {
    connection.copy_in(fmt::format("COPY {}.{} FROM STDIN (FORMAT binary{})", schema, table.name, options));
    for (const std::string& chunk : rows[place]) connection.put(chunk);
    connection.end_copy();
    ++place;
  }
}

std::string digest(const std::string& schema) {
  return fmt::format("SELECT count(*), sum(hashtextextended(v::text, 0)) FROM {}.vols v", schema);
}

void drop(Connection& connection, const std::string& schema) {
  connection.exec(fmt::format("SET client_min_messages = error; DROP SCHEMA IF EXISTS {} CASCADE; CHECKPOINT", schema));
}

/// What an expert would do with the finished rows: load frozen, then the same keys, indexes on two connections.
double copy_finished_rows(const std::string& uri, const Rows& rows) {
  Connection one(uri), two(uri);
  drop(one, "baseline");
  return seconds([&] {
    one.exec("BEGIN; CREATE SCHEMA baseline");
    one.exec(create_tables("baseline"));
    copy(one, "baseline", rows, ", FREEZE");
    one.exec("COMMIT");
    std::vector<std::string> statements = indexes("baseline");
    statements.push_back(digest("baseline"));
    std::atomic<std::size_t> next = 0;
    auto work = [&](Connection& connection) {
      for (std::size_t i = next++; i < statements.size(); i = next++) connection.exec(statements[i]);
    };
    {
      std::jthread other(work, std::ref(two));
      work(one);
    }
    for (auto part : {constraints, foreign_keys}) {
      for (const std::string& statement : part("baseline")) one.exec(statement);
    }
    for (const Table& table : tables()) one.exec(fmt::format("ANALYZE baseline.{}", table.name));
  });
}

void make_indexed(Connection& connection, const std::string& schema) {
  drop(connection, schema);
  connection.exec("CREATE SCHEMA " + schema);
  connection.exec(create_tables(schema));
  for (auto part : {indexes, constraints, foreign_keys}) {
    for (const std::string& statement : part(schema)) connection.exec(statement);
  }
}

double copy_into_indexed_tables(const std::string& uri, const Rows& rows) {
  Connection connection(uri);
  make_indexed(connection, "baseline");
  return seconds([&] { copy(connection, "baseline", rows, ""); });
}

/// 10,000 rows a transaction, each once, into the indexed tables.
double upsert_by_unnest(const std::string& uri, std::size_t rows) {
  Connection connection(uri);
  make_indexed(connection, "baseline");
  for (const char* table : {"avions", "pilotes"}) {
    connection.exec(fmt::format("INSERT INTO baseline.{0} SELECT * FROM carnet.{0}", table));
  }
  constexpr std::size_t batch = 10'000;
  std::vector<std::vector<Parameter>> batches;
  for (std::size_t from = 0; from < rows; from += batch) {
    Result columns = connection.exec(
        fmt::format("SELECT array_agg(numero), array_agg(destination), array_agg(statut), array_agg(heure_creation), "
                    "array_agg(heure_decollage), array_agg(heure_arrivee), array_agg(avion_id), array_agg(pilote_id), "
                    "array_agg(position) FROM (SELECT * FROM carnet.vols OFFSET {} LIMIT {}) v",
                    from, batch));
    std::vector<Parameter> parameters;
    for (int i = 0; i < columns.columns(); ++i) parameters.push_back({0, std::string(columns.text(0, i)), false});
    batches.push_back(std::move(parameters));
  }
  const std::string upsert =
      "INSERT INTO baseline.vols SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], "
      "$5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[], $9::bigint[]) ON CONFLICT (numero) DO UPDATE SET "
      "destination = excluded.destination, statut = excluded.statut, heure_creation = excluded.heure_creation, "
      "heure_decollage = excluded.heure_decollage, heure_arrivee = excluded.heure_arrivee, "
      "avion_id = excluded.avion_id, pilote_id = excluded.pilote_id, position = excluded.position";
  return seconds([&] {
    for (const auto& parameters : batches) connection.exec(upsert, parameters);
  });
}

/// Windows only, as an appender that never rests would see it.
double catch_up_by_windows(const std::string& uri, Reader& reader) {
  Connection connection(uri);
  make_indexed(connection, "windows");
  connection.exec("DROP SCHEMA carnet CASCADE; ALTER SCHEMA windows RENAME TO carnet");
  // Position 1 is there: an empty projection would be rebuilt.
  connection.exec(
      fmt::format("INSERT INTO carnet.checkpoint VALUES ('{}', 1, {}, {}); "
                  "INSERT INTO carnet.avions SELECT 1, 'A301', NULL, NULL, 1",
                  reader.head().uuid, static_cast<std::int64_t>(reader.checksum_at(1)), schema_version));
  return seconds([&] { catch_up(connection, reader); });
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void measure_latency(const std::string& uri, const std::filesystem::path& directory) {
  Scratch scratch;
  { std::filesystem::copy(directory, scratch.path() + "/ledger", std::filesystem::copy_options::recursive); }
  Ledger ledger(scratch.path() + "/ledger", {});
  std::atomic<bool> stop = false;
  {
    Reader original(directory);
    project(uri, original);
  }
  std::jthread follower([&] {
    Reader reader(scratch.path() + "/ledger");
    try {
      project(uri, reader, {{}, {}, &stop}, true);
    } catch (const Interrupted&) {
    }
  });
  Connection visitor(uri);
  visitor.exec("CREATE TABLE IF NOT EXISTS public.one (n int); LISTEN carnet");
  std::vector<double> synced, committed, visible;
  std::this_thread::sleep_for(std::chrono::seconds(1));
  for (int i = 0; i < 300; ++i) {
    std::vector<std::string> texts{
        fmt::format(R"({{"type":"passager.registered","passager_id":{},"nom":"P"}})", i + 1)};
    Line line = std::get<Line>(parse_line(texts[0]));
    auto begin = std::chrono::steady_clock::now();
    auto since = [&] {
      return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    };
    ledger.append({&line, 1});
    synced.push_back(since());
    if (!visitor.wait_for_notice(std::chrono::seconds(5))) throw std::runtime_error("not visible within five seconds");
    visible.push_back(since());
    committed.push_back(1'000 * seconds([&] { visitor.exec("INSERT INTO public.one VALUES (1)"); }));
  }
  stop = true;
  double sum = median(synced) + median(committed);
  fmt::print(
      "append to visible: {:.2f} ms; a synced ledger commit {:.2f} + a PostgreSQL commit {:.2f}: ratio {:.2f} (at "
      "most 2)\n",
      median(visible), median(synced), median(committed), median(visible) / sum);
}

/// New tables from position 1, against the finished rows loaded by hand.
void measure_rebuild(const std::string& uri, Reader& reader, const Options& options) {
  const Rebuild how{.memory_bytes = options.memory_mib << 20};
  const double before = resident_mib();
  rebuild(uri, reader, how);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} events; resident at most {} MiB, {:.0f} of them before the rebuild, budget {} MiB\n",
             reader.head().position, usage.ru_maxrss / 1024, before, options.memory_mib);
  if (options.rounds == 0) return;
  Connection connection(uri);
  const Rows rows = finished_rows(connection);
  std::vector<double> rebuilt, copied;
  for (int round = 0; round < options.rounds; ++round) {
    rebuilt.push_back(seconds([&] { rebuild(uri, reader, how); }));
    copied.push_back(copy_finished_rows(uri, rows));
  }
  fmt::print(
      "rebuild {:.2f} s; COPY of the finished rows, keys, indexes, digest, ANALYZE {:.2f} s: ratio {:.2f} (at most "
      "1.25)\n",
      median(rebuilt), median(copied), median(rebuilt) / median(copied));
}

/// The indexed tables kept up by windows, against rows loaded and upserted by hand.
void measure_live(const std::string& uri, Reader& reader, const Options& options) {
  rebuild(uri, reader);
  Connection connection(uri);
  const Rows rows = finished_rows(connection);
  const auto vols = static_cast<std::size_t>(connection.exec("SELECT count(*) FROM carnet.vols").number(0, 0));
  std::vector<double> indexed, windows, upserted;
  for (int round = 0; round < options.rounds; ++round) {
    indexed.push_back(copy_into_indexed_tables(uri, rows));
    upserted.push_back(upsert_by_unnest(uri, vols));
    windows.push_back(catch_up_by_windows(uri, reader));
  }
  fmt::print("catch up by windows {:.2f} s; COPY into the indexed tables {:.2f} s: ratio {:.2f} (at most 4)\n",
             median(windows), median(indexed), median(windows) / median(indexed));
  fmt::print("windows {:.0f} vols/s; 10,000-row upserts by unnest {:.0f}: ratio {:.2f} (at least 1)\n",
             static_cast<double>(vols) / median(windows), static_cast<double>(vols) / median(upserted),
             median(upserted) / median(windows));
}

int run(const Options& options) {
  Scratch scratch;
  std::filesystem::permissions(scratch.path(), std::filesystem::perms{0711});
  const std::filesystem::path directory = options.ledger.empty() ? scratch.path() + "/ledger" : options.ledger;
  if (!std::filesystem::exists(directory)) {
    const double took = seconds([&] { write_history(directory, options); });
    fmt::print("history of {} flights written in {:.1f} s\n", options.flights, took);
  }
  Cluster cluster(scratch.path());
  const std::string uri = cluster.start();
  Reader reader(directory);
  const auto wanted = [&](std::string_view which) { return options.only.empty() || options.only == which; };
  if (wanted("rebuild")) measure_rebuild(uri, reader, options);
  if (wanted("live")) measure_live(uri, reader, options);
  if (wanted("latency")) measure_latency(uri, directory);
  cluster.stop();
  return 0;
}

}  // namespace
}  // namespace carnet::bench

int main(int count, char** arguments) {
  carnet::bench::Options options;
  for (int i = 1; i < count; ++i) {
    std::string_view word = arguments[i];
    if (word == "--amended") options.amended = true;
    if (i + 1 == count) continue;
    if (word == "--flights") options.flights = std::strtoull(arguments[++i], nullptr, 10);
    if (word == "--rounds") options.rounds = std::atoi(arguments[++i]);
    if (word == "--memory") options.memory_mib = std::strtoull(arguments[++i], nullptr, 10);
    if (word == "--ledger") options.ledger = arguments[++i];
    if (word == "--only") options.only = arguments[++i];
  }
  return carnet::bench::run(options);
}

// SPDX-License-Identifier: Apache-2.0
// The ledger against what RocksDB and SQLite can do with the same bytes, in one run.
//   ledger_bench [--rounds N] [--flights N] [--only TITLE] [--nyc13 FILE --carnet PROGRAM] [--long]
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "bench/measure.hpp"
#include "cli/channel.hpp"
#include "events/codec.hpp"
#include "events/ledger.hpp"
#include "events/store.hpp"

namespace carnet::bench {
namespace {

constexpr std::size_t avions = 4000;
// Far below what the entity states of a round need, so that they are looked up and written back all the time.
constexpr std::size_t small_memory = 32u << 20;

/// As airlines name flights: carrier, number, day of the year. A day's flights come in no order.
std::string numero(std::size_t flight) {
  constexpr std::size_t a_day = 997;  // a prime, so that the step below visits them all
  constexpr const char* carriers[] = {"AF", "B6", "DL", "EV", "UA", "US", "WN"};
  const std::size_t route = flight % a_day * 389 % a_day;
  return fmt::format("{}{}{:04}", carriers[route % std::size(carriers)], 100 + route, flight / a_day);
}

/// Three events a flight, eight flights under way at a time.
std::string flight_line(std::size_t n, bool with_id) {
  constexpr std::size_t under_way = 8;
  const std::size_t block = n / (3 * under_way), step = n % (3 * under_way) / under_way;
  const std::size_t flight = block * under_way + n % under_way;
  constexpr const char* verbs[] = {"created", "took_off", "landed"};
  std::string line = fmt::format(R"({{"type":"vol.{}","time":"2026-01-01T{:02}:{:02}:{:02}Z","numero":"{}")",
                                 verbs[step], block / 3600 % 24, block / 60 % 60, block % 60, numero(flight));
  if (step == 0)
    line += fmt::format(R"(,"destination":"Madrid-Barajas","avion_id":{0},"pilote_id":{0})", flight % avions + 1);
  if (with_id) line += fmt::format(R"(,"id":"source-{:x}")", n * 0x9E3779B97F4A7C15u);
  return line + "}";
}

std::vector<Line> parsed(const std::vector<std::string>& texts) {
  std::vector<Line> lines;
  lines.reserve(texts.size());
  for (const std::string& text : texts) lines.push_back(std::get<Line>(parse_line(text)));
  return lines;
}

std::vector<Line> fleet() {
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= avions; ++i) {
    texts.push_back(fmt::format(R"({{"type":"avion.registered","avion_id":{},"modele":"A320"}})", i));
    texts.push_back(fmt::format(R"({{"type":"pilote.registered","pilote_id":{0},"nom":"P{0}","licence":"L{0}"}})", i));
  }
  return parsed(texts);
}

std::vector<Line> flights(std::size_t events, bool with_id) {
  std::vector<std::string> texts;
  for (std::size_t n = 0; n < events; ++n) texts.push_back(flight_line(n, with_id));
  return parsed(texts);
}

std::unique_ptr<Ledger> ledger(const Scratch& scratch, std::size_t memory = small_memory) {
  Ledger::Options options;
  options.memory_bytes = memory;
  auto made = std::make_unique<Ledger>(scratch.path(), options);
  made->append(fleet());
  return made;
}

/// The bytes that the ledger would store for the records, one string an event.
std::vector<std::string> ready_made(const std::vector<Line>& lines) {
  std::vector<std::string> all;
  std::uint64_t before = 0;
  Record record;
  for (const Line& line : lines) {
    record.position = all.size() + 1;
    record.version = 1 + all.size() % 3;
    record.previous = record.version == 1 ? 0 : record.position - 1;
    record.time = line.time.value_or(Time{});
    record.event = line.event;
    before = encode(all.emplace_back(), record, before);
  }
  return all;
}

std::unique_ptr<rocksdb::DB> raw(const Scratch& scratch) {
  rocksdb::Options options = store::log_options(128u << 20);
  return store::open(options, scratch.path(), true);
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

double raw_batches(const std::vector<std::string>& records, std::size_t batch_size, bool sync = true) {
  Scratch scratch;
  const auto db = raw(scratch);
  rocksdb::WriteOptions options;
  options.sync = sync;
  return static_cast<double>(records.size()) / seconds([&] {
           for (std::size_t i = 0; i < records.size(); i += batch_size) {
             rocksdb::WriteBatch batch;
             for (std::size_t j = i; j < std::min(records.size(), i + batch_size); ++j) {
               store::check(batch.Put(store::ordered_key(j + 1), records[j]), "raw");
             }
             store::check(db->Write(options, &batch), "raw");
           }
         });
}

double raw_callers(const std::vector<std::string>& records, std::size_t callers) {
  Scratch scratch;
  const auto db = raw(scratch);
  return static_cast<double>(records.size()) / seconds([&] {
           std::vector<std::jthread> threads;
           for (std::size_t t = 0; t < callers; ++t) {
             threads.emplace_back([&, t] {
               for (std::size_t i = t; i < records.size(); i += callers) {
                 store::check(db->Put(synced(), store::ordered_key(i + 1), records[i]), "raw");
               }
             });
           }
         });
}

double ledger_commits(const std::vector<Line>& lines, std::size_t commit_size) {
  Scratch scratch;
  const auto l = ledger(scratch);
  return static_cast<double>(lines.size()) / seconds([&] {
           for (std::size_t i = 0; i < lines.size(); i += commit_size) {
             l->append(std::span(lines).subspan(i, std::min(commit_size, lines.size() - i)));
           }
         });
}

/// A caller that does not wait for a commit before it brings the next one; `under_way` at most.
double ledger_commits_under_way(const std::vector<Line>& lines, std::size_t commit_size) {
  constexpr std::size_t under_way = 8;
  Scratch scratch;
  const auto l = ledger(scratch);
  return static_cast<double>(lines.size()) / seconds([&] {
           Channel<Ledger::Pending> pending(under_way);
           std::jthread answered([&] {
             while (auto next = pending.pop()) next->wait();
           });
           for (std::size_t i = 0; i < lines.size(); i += commit_size) {
             pending.push(l->submit(std::span(lines).subspan(i, std::min(commit_size, lines.size() - i))));
           }
           pending.close();
         });
}

double ledger_callers(const std::vector<Line>& lines, std::size_t callers) {
  Scratch scratch;
  const auto l = ledger(scratch);
  return static_cast<double>(lines.size()) / seconds([&] {
           std::vector<std::jthread> threads;
           for (std::size_t t = 0; t < callers; ++t) {
             threads.emplace_back([&, t] {
               for (std::size_t i = t; i < lines.size(); i += callers) l->append(std::span(lines).subspan(i, 1));
             });
           }
         });
}

double sqlite_commits(const std::vector<Line>& lines, const std::vector<std::string>& records,
                      std::size_t commit_size) {
  Scratch scratch;
  sqlite3* db = nullptr;
  sqlite3_open((scratch.path() + "/events.db").c_str(), &db);
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db));
  };
  run("pragma journal_mode=wal; pragma synchronous=full");
  run("create table events (position integer primary key, stream text not null, version integer not null, data blob "
      "not "
      "null, unique (stream, version))");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "insert into events (stream, version, data) values (?, ?, ?)", -1, &insert, nullptr);
  std::vector<std::string> streams;
  for (const Line& line : lines) streams.push_back(text(stream_of(line.event)));
  std::vector<int> versions;
  {
    std::unordered_map<std::string, int> last;
    for (const std::string& stream : streams) versions.push_back(++last[stream]);
  }
  const double rate =
      static_cast<double>(lines.size()) / seconds([&] {
        for (std::size_t i = 0; i < lines.size(); ++i) {
          if (i % commit_size == 0) run("begin");
          sqlite3_bind_text(insert, 1, streams[i].data(), static_cast<int>(streams[i].size()), SQLITE_STATIC);
          sqlite3_bind_int(insert, 2, versions[i]);
          sqlite3_bind_blob(insert, 3, records[i].data(), static_cast<int>(records[i].size()), SQLITE_STATIC);
          if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
          sqlite3_reset(insert);
          if ((i + 1) % commit_size == 0 || i + 1 == lines.size()) run("commit");
        }
      });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return rate;
}

void replays(int rounds, const std::vector<Line>& lines, const std::vector<std::string>& records) {
  Scratch raw_scratch, scratch;
  const auto db = raw(raw_scratch);
  for (std::size_t i = 0; i < records.size(); i += 1000) {
    rocksdb::WriteBatch batch;
    for (std::size_t j = i; j < std::min(records.size(), i + 1000); ++j) {
      store::check(batch.Put(store::ordered_key(j + 1), records[j]), "raw");
    }
    store::check(db->Write({}, &batch), "raw");
  }
  store::check(db->Flush({}), "raw");
  const auto l = ledger(scratch);
  for (std::size_t i = 0; i < lines.size(); i += 1000) {
    l->append(std::span(lines).subspan(i, std::min<std::size_t>(1000, lines.size() - i)));
  }
  Reader reader(scratch.path());
  compare("Replay", "events/s", rounds,
          {{"raw RocksDB iterator, bytes only",
            [&] {
              std::size_t bytes = 0, count = 0;
              const double s = seconds([&] {
                std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
                for (it->SeekToFirst(); it->Valid(); it->Next(), ++count) bytes += it->value().size();
              });
              if (bytes == 0) throw std::runtime_error("nothing read");
              return static_cast<double>(count) / s;
            }},
           {"carnet, typed events, checksums verified",
            [&] {
              std::size_t count = 0;
              const double s = seconds([&] {
                reader.scan(1, reader.head().position, [&](const Record& record) {
                  count += record.version != 0;
                  return true;
                });
              });
              return static_cast<double>(count) / s;
            }}},
          {0});
}

/// Memory and reopening, at a tenth of the events and at all of them.
void growth(std::size_t events) {
  fmt::print("\nGrowth ({} MiB of memory allowed)\n", 128);
  fmt::print("  {:>12}{:>22}{:>22}{:>24}\n", "events", "resident, append MiB", "resident, replay MiB",
             "open after kill, s");
  for (const std::size_t count : {events / 10, events}) {
    Scratch scratch;
    double after_append = 0;
    int pipe_ends[2];
    if (::pipe(pipe_ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      const auto l = ledger(scratch, 128u << 20);
      std::vector<Line> lines;
      double peak = 0;
      for (std::size_t n = 0; n < count; ++n) {
        lines.push_back(std::get<Line>(parse_line(flight_line(n, false))));
        if (lines.size() < 1000) continue;
        l->append(lines);
        lines.clear();
        if (n % 50'000 < 1000) peak = std::max(peak, resident_mib());
      }
      (void)!::write(pipe_ends[1], &peak, sizeof peak);
      ::kill(::getpid(), SIGKILL);
    }
    ::close(pipe_ends[1]);
    (void)!::read(pipe_ends[0], &after_append, sizeof after_append);
    ::close(pipe_ends[0]);
    ::waitpid(child, nullptr, 0);
    std::unique_ptr<Ledger> reopened;
    const double open_s = seconds([&] { reopened = std::make_unique<Ledger>(scratch.path(), Ledger::Options{}); });
    reopened.reset();
    double replay_mib = 0;
    if (::pipe(pipe_ends) != 0) throw std::runtime_error("pipe");
    const pid_t second = ::fork();
    if (second == 0) {
      double peak = 0;
      Reader reader(scratch.path());
      reader.scan(1, reader.head().position, [&](const Record& record) {
        if (record.position % 100'000 == 0) peak = std::max(peak, resident_mib());
        return true;
      });
      (void)!::write(pipe_ends[1], &peak, sizeof peak);
      ::_exit(0);
    }
    ::close(pipe_ends[1]);
    (void)!::read(pipe_ends[0], &replay_mib, sizeof replay_mib);
    ::close(pipe_ends[0]);
    ::waitpid(second, nullptr, 0);
    fmt::print("  {:>12}{:>22.0f}{:>22.0f}{:>24.3f}\n", count, after_append, replay_mib, open_s);
  }
}

void text_to_ledger(int rounds, const std::string& file, const std::string& program) {
  std::vector<std::string> texts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) texts.push_back(line);
  const std::vector<std::string> records = ready_made(parsed(texts));
  const auto count = static_cast<double>(texts.size());
  compare("nyc13: text to durable storage", "events/s", rounds,
          {{"raw RocksDB, ready-made records, 1,000 a synced batch", [&] { return raw_batches(records, 1000); }},
           {"SQLite storing the lines, 1,000 a transaction",
            [&] {
              Scratch scratch;
              sqlite3* db = nullptr;
              sqlite3_open((scratch.path() + "/lines.db").c_str(), &db);
              sqlite3_exec(db,
                           "pragma journal_mode=wal; pragma synchronous=full; create table lines (id integer primary "
                           "key, line text not null)",
                           nullptr, nullptr, nullptr);
              sqlite3_stmt* insert = nullptr;
              sqlite3_prepare_v2(db, "insert into lines (line) values (?)", -1, &insert, nullptr);
              const double s = seconds([&] {
                for (std::size_t i = 0; i < texts.size(); ++i) {
                  if (i % 1000 == 0) sqlite3_exec(db, "begin", nullptr, nullptr, nullptr);
                  sqlite3_bind_text(insert, 1, texts[i].data(), static_cast<int>(texts[i].size()), SQLITE_STATIC);
                  if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
                  sqlite3_reset(insert);
                  if ((i + 1) % 1000 == 0 || i + 1 == texts.size())
                    sqlite3_exec(db, "commit", nullptr, nullptr, nullptr);
                }
              });
              sqlite3_finalize(insert);
              sqlite3_close(db);
              return count / s;
            }},
           {"carnet append, parsing and all rules",
            [&] {
              Scratch scratch;
              const std::string command =
                  fmt::format("'{}' --home '{}' append '{}' 2>/dev/null", program, scratch.path(), file);
              return count / seconds([&] {
                       const int status = std::system(command.c_str());
                       if (WEXITSTATUS(status) != 3)
                         throw std::runtime_error("carnet append: status " + std::to_string(status));
                     });
            }}},
          {0, 1});
}

int run(int argc, char** argv) {
  int rounds = 5;
  std::size_t flights_count = 200'000;
  std::string nyc13, program;
  bool long_run = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      return ++i < argc ? std::string(argv[i]) : throw std::runtime_error(word + " needs a value");
    };
    if (word == "--rounds")
      rounds = std::stoi(value());
    else if (word == "--flights")
      flights_count = std::stoul(value());
    else if (word == "--nyc13")
      nyc13 = value();
    else if (word == "--carnet")
      program = value();
    else if (word == "--only")
      only = value();
    else if (word == "--long")
      long_run = true;
    else
      throw std::runtime_error("unknown option " + word);
  }

  const std::vector<Line> lines = flights(flights_count * 3, false), with_ids = flights(flights_count * 3, true);
  const std::vector<std::string> records = ready_made(lines);
  const std::vector<Line> few(flights(3000, false));
  const std::vector<std::string> few_records(records.begin(), records.begin() + 3000);
  const std::vector<Line> some(flights(30'000, false));
  const std::vector<std::string> some_records(records.begin(), records.begin() + 30'000);

  compare("One durable event a commit, one caller", "events/s", rounds,
          {{"raw RocksDB, one synced put an event", [&] { return raw_batches(few_records, 1); }},
           {"carnet", [&] { return ledger_commits(few, 1); }}},
          {0});
  compare("64 callers, each waiting for its own event", "events/s", rounds,
          {{"RocksDB's own group commit, one key an event", [&] { return raw_callers(some_records, 64); }},
           {"carnet", [&] { return ledger_callers(some, 64); }}},
          {0});
  compare(
      "Commits of 1,000 events, durable", "events/s", rounds,
      {{"raw RocksDB, one key an event", [&] { return raw_batches(records, 1000); }},
       {"SQLite, WAL, synchronous=FULL, stream + version unique", [&] { return sqlite_commits(lines, records, 1000); }},
       {"carnet, all rules, each commit waited for", [&] { return ledger_commits(lines, 1000); }},
       {"carnet, all rules, commits under way", [&] { return ledger_commits_under_way(lines, 1000); }},
       {"  with an id on every event, each waited for", [&] { return ledger_commits(with_ids, 1000); }},
       {"  with an id on every event, under way", [&] { return ledger_commits_under_way(with_ids, 1000); }}},
      {0, 1, 2, 3});
  replays(rounds, lines, records);
  if (!nyc13.empty()) text_to_ledger(rounds, nyc13, program);
  if (long_run) growth(10'000'000);
  return 0;
}

}  // namespace
}  // namespace carnet::bench

int main(int argc, char** argv) {
  try {
    return carnet::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "ledger_bench: {}\n", e.what());
    return 1;
  }
}

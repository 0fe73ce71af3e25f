// SPDX-License-Identifier: Apache-2.0
// The ledger against what RocksDB and SQLite can do with the same bytes, in one run.
//   ledger_bench [--rounds N] [--flights N] [--only TITLE] [--nyc13 FILE --carnet PROGRAM]
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "bench/flights.hpp"
#include "bench/measure.hpp"
#include "cli/channel.hpp"
#include "events/codec.hpp"
#include "events/ledger.hpp"
#include "events/store.hpp"

namespace carnet::bench {
namespace {

// Far below what the entity states of a round need, so that they are looked up and written back all the time.
constexpr std::size_t small_memory = 32u << 20;

std::unique_ptr<Ledger> ledger(const Scratch& scratch) {
  Ledger::Options options;
  options.memory_bytes = small_memory;
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

void require_receipts(const std::vector<Answer>& answers) {
  for (const Answer& answer : answers) {
    if (const auto* refused = std::get_if<Rejection>(&answer)) throw std::runtime_error(refused->message);
  }
}

double ledger_commits(const std::vector<Line>& lines, std::size_t commit_size) {
  Scratch scratch;
  const auto l = ledger(scratch);
  return static_cast<double>(lines.size()) / seconds([&] {
           for (std::size_t i = 0; i < lines.size(); i += commit_size) {
             require_receipts(l->append(std::span(lines).subspan(i, std::min(commit_size, lines.size() - i))));
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
             while (auto next = pending.pop()) require_receipts(next->wait());
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
  const auto share = shares(lines.size(), callers);
  return static_cast<double>(lines.size()) / seconds([&] {
           std::vector<std::jthread> threads;
           for (const std::vector<std::size_t>& events : share) {
             threads.emplace_back([&] {
               for (const std::size_t n : events) require_receipts(l->append(std::span(lines).subspan(n, 1)));
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

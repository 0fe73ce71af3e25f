// SPDX-License-Identifier: Apache-2.0
// The server against the ledger in one process and against the command, in one run; and what watchers and strangers
// cost it. The clients share the processors with it.
//   serve_bench [--rounds N] [--events N] [--flights N] [--only TITLE]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "bench/flights.hpp"
#include "bench/http_clients.hpp"
#include "bench/measure.hpp"
#include "events/ledger.hpp"

namespace carnet::bench {
namespace {

constexpr std::size_t clients = 64;
constexpr const char* no_database = "postgresql:///none?host=/nonexistent";

struct Place {
  Scratch scratch;
  std::string home = scratch.path() + "/home";
  Place() {
    ::chmod(scratch.path().c_str(), 0711);
    std::filesystem::create_directories(home);
    ::chmod(home.c_str(), 0711);
    Ledger(home + "/ledger", {}).append(fleet());
  }
};

double in_one_process(std::size_t events) {
  const Place place;
  Ledger ledger(place.home + "/ledger", {});
  const std::vector<Line> lines = flights(events, false);
  const auto share = shares(events, clients);
  std::atomic<std::size_t> refused = 0;
  const double time = seconds([&] {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < clients; ++t) {
      threads.emplace_back([&, t] {
        for (const std::size_t n : share[t]) {
          if (!std::holds_alternative<Receipt>(ledger.append(std::span(lines).subspan(n, 1))[0])) ++refused;
        }
      });
    }
  });
  if (refused > 0) throw std::runtime_error(fmt::format("{} refused", refused.load()));
  return static_cast<double>(events) / time;
}

std::vector<std::vector<std::string>> requests(std::size_t first, std::size_t events) {
  std::vector<std::vector<std::string>> all(clients);
  const auto share = shares(events, clients);
  for (std::size_t t = 0; t < clients; ++t) {
    for (const std::size_t n : share[t]) all[t].push_back(event_request(flight_line(first + n, false)));
  }
  return all;
}

double events_a_second(const ServerProcess& server, std::size_t first, std::size_t events) {
  const auto all = requests(first, events);
  std::size_t refused = 0;
  const double time = seconds([&] { refused = one_at_a_time(server, all); });
  if (refused > 0) throw std::runtime_error(fmt::format("{} refused", refused));
  return static_cast<double>(events) / time;
}

double over_the_socket(std::size_t events, const std::string& database) {
  const Place place;
  const ServerProcess server(CARNET_COMMAND, place.home, database);
  if (database.empty()) server.wait_for_tables();
  return events_a_second(server, 0, events);
}

double lines_a_second(std::size_t lines, const std::function<void()>& work) {
  return static_cast<double>(lines) / seconds(work);
}

double command(const std::string& file, std::size_t lines) {
  const Place place;
  return lines_a_second(lines, [&] {
    const std::string words = fmt::format("{} append --home {} {} 2>/dev/null", CARNET_COMMAND, place.home, file);
    if (std::system(words.c_str()) != 0) throw std::runtime_error(words);
  });
}

double streamed(const std::string& file, std::size_t lines, bool receipts, const std::string& database,
                bool by_command = false) {
  const Place place;
  const ServerProcess server(CARNET_COMMAND, place.home, database);
  if (database.empty()) server.wait_for_tables();
  return lines_a_second(lines, [&] {
    if (by_command) {
      const std::string words = fmt::format("{} append --home {} {} 2>/dev/null", CARNET_COMMAND, place.home, file);
      if (std::system(words.c_str()) != 0) throw std::runtime_error(words);
      return;
    }
    const std::string last = stream_file(server, file, receipts);
    const std::string expected = receipts ? fmt::format("\"line\":{}", lines)
                                          : fmt::format("\"accepted\":{},\"duplicates\":0,\"refused\":0", lines);
    if (last.find(expected) == last.npos) throw std::runtime_error("answered " + last);
  });
}

std::vector<int> watchers(const ServerProcess& server, std::size_t count) {
  std::vector<int> files;
  for (std::size_t i = 0; i < count; ++i) {
    files.push_back(server.connect());
    const std::string request = fmt::format(
        "GET /streams/avion/{} HTTP/1.1\r\nHost: carnet\r\nAccept: text/event-stream\r\n\r\n", 1'000'000 + i);
    if (::send(files.back(), request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("cannot ask");
    char buffer[1024];
    if (::read(files.back(), buffer, sizeof buffer) <= 0) throw std::runtime_error("a watcher is not answered");
  }
  return files;
}

void tell_size(const ServerProcess& server, const char* when) {
  fmt::print("  {:<58}{:>8.0f} MiB{:>8} descriptors\n", when, server.resident_mib(), server.descriptors());
}

void quiet_company(int rounds, std::size_t events) {
  constexpr std::size_t watchers_count = 1000, strangers = 10'000;
  const Place place;
  const ServerProcess server(CARNET_COMMAND, place.home, no_database);
  std::size_t first = 0;
  const auto appends = [&] {
    const double rate = events_a_second(server, first, events);
    first += events;
    return rate;
  };
  appends();
  std::vector<int> watching;
  const auto leave = [&] {
    for (const int file : watching) ::close(file);
    watching.clear();
  };
  tell_size(server, "a server that has worked");
  compare("64 clients one event at a time, in company", "events/s", rounds,
          {{"alone", [&] { return appends(); }},
           {"with 1,000 SSE watchers of quiet streams",
            [&] {
              watching = watchers(server, watchers_count);
              const double rate = appends();
              leave();
              return rate;
            }},
           {"after 10,000 connections were opened and dropped",
            [&] {
              for (std::size_t i = 0; i < strangers; ++i) ::close(server.connect());
              return appends();
            }}},
          {0});
  tell_size(server, "after those rounds");
  watching = watchers(server, watchers_count);
  tell_size(server, "with 1,000 watchers");
  leave();
  ::sleep(2);
  tell_size(server, "when all are gone");
  for (std::size_t i = 0; i < strangers; ++i) ::close(server.connect());
  ::sleep(1);
  tell_size(server, "after 10,000 more connections, opened and dropped");
}

/// A shell's 1,024 are too few for the watchers.
void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  allow_descriptors();
  int rounds = 5;
  std::size_t events = 61'440, flights_count = 200'000;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      return ++i < argc ? std::string(argv[i]) : throw std::runtime_error(word + " needs a value");
    };
    if (word == "--rounds")
      rounds = std::stoi(value());
    else if (word == "--events")
      events = std::max(std::stoul(value()) / block, 1ul) * block;
    else if (word == "--flights")
      flights_count = std::stoul(value());
    else if (word == "--only")
      only = value();
    else
      throw std::runtime_error("unknown option " + word);
  }
  compare("64 clients, each waiting for its own event", "events/s", rounds,
          {{"64 threads in one process", [&] { return in_one_process(events); }},
           {"64 connections to the server, PostgreSQL down", [&] { return over_the_socket(events, no_database); }},
           {"64 connections to the server, tables live", [&] { return over_the_socket(events, ""); }}},
          {0});

  Scratch scratch;
  const std::string file = scratch.path() + "/events.ndjson";
  const std::size_t lines = flights_count * 3;
  {
    std::ofstream out(file);
    for (std::size_t n = 0; n < lines; ++n) out << flight_line(n, false) << '\n';
  }
  compare("One script, NDJSON", "events/s", rounds,
          {{"carnet append FILE, no server", [&] { return command(file, lines); }},
           {"POST /events, refusals only, PostgreSQL down", [&] { return streamed(file, lines, false, no_database); }},
           {"POST /events, refusals only, tables live", [&] { return streamed(file, lines, false, ""); }},
           {"POST /events, a receipt each, tables live", [&] { return streamed(file, lines, true, ""); }}},
          {0});
  const std::string title = "64 clients one event at a time, in company";
  if (title.find(only) != title.npos) quiet_company(rounds, events);
  return 0;
}

}  // namespace
}  // namespace carnet::bench

int main(int argc, char** argv) {
  try {
    return carnet::bench::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "serve_bench: {}\n", e.what());
    return 1;
  }
}

// SPDX-License-Identifier: Apache-2.0
// What does not grow with the history: memory while appending and replaying, the time to open after a kill.
//   growth_bench [EVENTS [MIB]]   at a tenth of the events and at all of them, 10 million unless said, with so much
//                                 memory allowed, 16 MiB unless said: far less than the entities need either way
// Each stage is a process of its own, so that none has the memory of another.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "bench/flights.hpp"
#include "bench/measure.hpp"
#include "events/ledger.hpp"

namespace carnet::bench {
namespace {

/// The largest resident size seen now and then.
class Peak {
 public:
  void look(std::size_t n) {
    if (n % 50'000 == 0) mib_ = std::max(mib_, resident_mib());
  }
  double mib() const { return mib_; }

 private:
  double mib_ = 0;
};

/// Tells the parent, then dies as if it had been killed while it worked.
double append(const std::string& directory, std::size_t events, std::size_t mib) {
  Ledger::Options options;
  options.memory_bytes = mib << 20;
  Ledger ledger(directory, options);
  ledger.append(fleet());
  std::vector<Line> lines;
  Peak peak;
  for (std::size_t n = 1; n <= events; ++n) {
    lines.push_back(std::get<Line>(parse_line(flight_line(n - 1, false))));
    if (n % 1000 != 0 && n != events) continue;
    ledger.append(lines);
    lines.clear();
    peak.look(n);
  }
  fmt::print("{}\n", peak.mib());
  std::fflush(stdout);
  ::kill(::getpid(), SIGKILL);
  return 0;
}

double reopen(const std::string& directory, std::size_t mib) {
  Ledger::Options options;
  options.memory_bytes = mib << 20;
  std::unique_ptr<Ledger> ledger;
  return seconds([&] { ledger = std::make_unique<Ledger>(directory, options); });
}

double replay(const std::string& directory, std::size_t events) {
  Peak peak;
  Reader reader(directory);
  Position last = 0;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    peak.look(last = record.position);
    return true;
  });
  if (last < events) throw std::runtime_error(fmt::format("{} records after {} events", last, events));
  return peak.mib();
}

double stage(const char* name, const std::string& directory, std::size_t events, std::size_t mib) {
  std::array<char, 4096> self{};
  if (::readlink("/proc/self/exe", self.data(), self.size() - 1) < 0) throw std::runtime_error("/proc/self/exe");
  const std::string command = fmt::format("exec '{}' {} '{}' {} {}", self.data(), name, directory, events, mib);
  std::FILE* out = ::popen(command.c_str(), "r");
  double figure = 0;
  const bool told = out != nullptr && std::fscanf(out, "%lf", &figure) == 1;
  if (out != nullptr) ::pclose(out);
  if (!told) throw std::runtime_error(fmt::format("{} events: {} failed", events, name));
  return figure;
}

void run(std::size_t most, std::size_t mib) {
  fmt::print("Growth ({} MiB of memory allowed)\n", mib);
  fmt::print("  {:>12}{:>22}{:>22}{:>24}\n", "events", "resident, append MiB", "resident, replay MiB",
             "open after kill, s");
  for (const std::size_t events : {most / 10, most}) {
    const Scratch scratch;
    const double appended = stage("append", scratch.path(), events, mib);
    const double opened = stage("reopen", scratch.path(), events, mib);
    const double replayed = stage("replay", scratch.path(), events, mib);
    fmt::print("  {:>12}{:>22.1f}{:>22.1f}{:>24.3f}\n", events, appended, replayed, opened);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace carnet::bench

int main(int argc, char** argv) {
  using namespace carnet::bench;
  try {
    if (argc < 4) {
      run(argc > 1 ? std::stoul(argv[1]) : 10'000'000, argc > 2 ? std::stoul(argv[2]) : 16);
      return 0;
    }
    const std::string name = argv[1], directory = argv[2];
    const std::size_t events = std::stoul(argv[3]), mib = argc > 4 ? std::stoul(argv[4]) : 16;
    fmt::print("{}\n", name == "append"   ? append(directory, events, mib)
                       : name == "reopen" ? reopen(directory, mib)
                                          : replay(directory, events));
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "growth_bench: {}\n", e.what());
    return 1;
  }
}

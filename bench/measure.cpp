// SPDX-License-Identifier: Apache-2.0
#include "bench/measure.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

namespace carnet::bench {

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void compare(const std::string& title, const std::string& unit, int rounds, const std::vector<Contestant>& contestants,
             const std::vector<std::size_t>& baselines) {
  if (title.find(only) == title.npos) return;
  std::vector<std::vector<double>> rates(contestants.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      ::sync();  // what the one before left for the kernel to write and to free is not this one's
      rates[i].push_back(contestants[i].rate());
    }
  }
  const auto median = [](std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  fmt::print("\n{} (medians of {} rounds, in turn)\n", title, rounds);
  fmt::print("  {:<58}{:>14}", "", unit);
  for (const std::size_t b : baselines) fmt::print("{:>16}", fmt::format("of ({})", b + 1));
  fmt::print("\n");
  for (std::size_t i = 0; i < contestants.size(); ++i) {
    fmt::print("  ({}) {:<54}{:>14.0f}", i + 1, contestants[i].name, median(rates[i]));
    for (const std::size_t b : baselines) fmt::print("{:>16.2f}", median(rates[i]) / median(rates[b]));
    fmt::print("\n");
  }
  std::fflush(stdout);
}

Scratch::Scratch()
    : directory_("carnet-bench", std::getenv("CARNET_BENCH_DIR") ? std::getenv("CARNET_BENCH_DIR") : "/var/tmp") {}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace carnet::bench

// SPDX-License-Identifier: Apache-2.0
// crash_child DIRECTORY CYCLE: appends to a ledger until it is killed and says what was acknowledged, one line a
// commit: the first line's id, the number of lines, the first position. Each commit is atomic and registers passagers
// named by its id, so that half of one can be told.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <random>

#include "tests/scratch.hpp"

int main(int argc, char** argv) try {
  using namespace carnet;
  if (argc != 3) return 64;
  Ledger::Options options;
  options.memory_bytes = tiny_memory_bytes;
  options.free_bytes_floor = 0;
  Ledger ledger{argv[1], options};
  const int cycle = std::atoi(argv[2]);
  std::mt19937 random{static_cast<unsigned>(cycle)};
  for (int commit = 0;; ++commit) {
    const std::string id = fmt::format("{}-{}", cycle, commit);
    const auto count = random() % 8 == 0 ? 1 + random() % 3000 : 1 + random() % 5;
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < count; ++i) {
      texts.push_back(
          fmt::format(R"({{"type":"passager.registered","nom":"{}/{}/{}","id":"{}/{}"}})", id, i, count, id, i));
    }
    const std::vector<Answer> answers = ledger.append_all(lines(texts));
    const std::string told = fmt::format("{} {} {}\n", id, count, std::get<Receipt>(answers.front()).position);
    if (::write(STDOUT_FILENO, told.data(), told.size()) != static_cast<ssize_t>(told.size())) return 1;
  }
} catch (const std::exception& error) {
  fmt::print(stderr, "crash_child: {}\n", error.what());
  return 1;
}

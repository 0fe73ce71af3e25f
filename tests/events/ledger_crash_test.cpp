// SPDX-License-Identifier: Apache-2.0
// kill -9 at random moments: what was acknowledged is there, once and whole.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <latch>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "events/ledger.hpp"
#include "tests/scratch.hpp"

namespace carnet {
namespace {

/// Runs the child for so long, counted from its start or from its first acknowledgement, and kills it; what it wrote to
/// stdout.
std::string killed_after(const std::filesystem::path& directory, int cycle, std::chrono::microseconds life,
                         bool from_start) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  const std::string number = std::to_string(cycle);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(CARNET_CRASH_CHILD, "crash_child", directory.c_str(), number.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string told;
  std::latch heard{1};
  std::jthread listener{[&] {
    char buffer[4096];
    for (ssize_t size; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
      if (told.empty()) heard.count_down();
      told.append(buffer, static_cast<std::size_t>(size));
    }
    if (told.empty()) heard.count_down();
  }};
  if (!from_start) heard.wait();
  std::this_thread::sleep_for(life);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  listener.join();
  ::close(ends[0]);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  return told;
}

struct Acknowledged {
  unsigned count;
  Position first;
};

/// All acknowledged commits are there at their positions, every commit is whole, and nothing is there twice.
void expect_kept(const std::filesystem::path& directory, const std::map<std::string, Acknowledged>& acknowledged) {
  std::map<std::string, Acknowledged> found;
  const std::vector<Record> records = records_in(directory);
  for (std::size_t i = 0; i < records.size();) {
    const std::string& id = records[i].id;
    const std::string commit = id.substr(0, id.find('/'));
    const std::string& nom = std::get<PassagerRegistered>(records[i].event).nom;
    const auto count = static_cast<unsigned>(std::stoul(nom.substr(nom.rfind('/') + 1)));
    EXPECT_TRUE(found.emplace(commit, Acknowledged{count, records[i].position}).second) << commit << " is there twice";
    for (unsigned n = 0; n < count; ++n, ++i) {
      ASSERT_LT(i, records.size()) << commit << " is there in part";
      ASSERT_EQ(records[i].id, fmt::format("{}/{}", commit, n)) << commit << " is there in part";
      ASSERT_EQ(std::get<PassagerRegistered>(records[i].event).passager_id, static_cast<std::int32_t>(i + 1));
    }
  }
  for (const auto& [commit, told] : acknowledged) {
    const auto there = found.find(commit);
    ASSERT_NE(there, found.end()) << commit << " was acknowledged and is lost";
    EXPECT_EQ(there->second.first, told.first) << commit;
    EXPECT_EQ(there->second.count, told.count) << commit;
  }
}

// 20 cycles; as many as CARNET_CYCLES says.
TEST(AKilledLedger, KeepsWhatItAcknowledgedOnceAndWhole) {
  const char* wanted = std::getenv("CARNET_CYCLES");
  const int cycles = wanted ? std::atoi(wanted) : 20;
  constexpr int fresh_every = 50;  // a ledger for so many cycles, so that checking it stays quick
  std::mt19937 random{static_cast<unsigned>(cycles)};
  std::size_t commits = 0;
  std::unique_ptr<Scratch> scratch;
  std::map<std::string, Acknowledged> acknowledged;
  for (int cycle = 0; cycle < cycles && !::testing::Test::HasFailure(); ++cycle) {
    SCOPED_TRACE(fmt::format("cycle {}", cycle));
    if (cycle % fresh_every == 0) {
      scratch = std::make_unique<Scratch>();
      acknowledged.clear();
    }
    // One in four dies while it opens; the first may die before there is a ledger.
    const bool from_start = random() % 4 == 0;
    const std::chrono::microseconds life{random() % (from_start ? 20'000 : 60'000)};
    std::istringstream told{killed_after(*scratch / "ledger", cycle, life, from_start)};
    for (std::string line; std::getline(told, line);) {
      std::istringstream words{line};
      std::string commit;
      Acknowledged one{};
      if (told.eof() || !(words >> commit >> one.count >> one.first)) continue;  // killed while it spoke
      acknowledged.emplace(commit, one);
      ++commits;
    }
    if (!std::filesystem::exists(*scratch / "ledger/carnet")) {
      EXPECT_TRUE(acknowledged.empty());
      continue;
    }
    expect_kept(*scratch / "ledger", acknowledged);  // by a reader, with nobody repairing anything before it
    if (cycle % 5 == 4) {
      Ledger::Options options;
      options.memory_bytes = tiny_memory_bytes;
      options.free_bytes_floor = 0;
      const Position head = Reader{*scratch / "ledger"}.head().position;
      Ledger ledger{*scratch / "ledger", options};
      EXPECT_EQ(ledger.head().position, head);
    }
  }
  EXPECT_GT(commits, static_cast<std::size_t>(cycles));
}

}  // namespace
}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Whatever dies, the tables are the fold of the ledger up to their checkpoint. CARNET_CYCLES sets how often things die.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "projector/cluster.hpp"
#include "projector/rebuild.hpp"
#include "projector/verify.hpp"
#include "tests/projector/cut_wire.hpp"
#include "tests/projector/stage.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

int cycles(int usual) {
  const char* set = std::getenv("CARNET_CYCLES");
  return set == nullptr ? usual : std::atoi(set);
}

void expect_true_tables(Stage& stage) {
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  if (!checkpoint(connection)) return;
  TablesVerdict verdict = verify_tables(connection, reader, [](const Difference& d) {
    ADD_FAILURE() << d.table << " " << d.key << " " << d.column << ": " << d.expected.value_or("null") << " / "
                  << d.found.value_or("null");
  });
  EXPECT_EQ(verdict.differences, 0u) << "at position " << verdict.position;
}

void expect_all_well_at_the_end(Stage& stage) {
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  rebuild(stage.uri, reader);
  EXPECT_EQ(stored(connection), stage.expected());
  EXPECT_EQ(connection.exec("SELECT FROM pg_namespace WHERE nspname LIKE 'carnet%'").rows(), 1);
}

TEST(Failure, AKilledProjectorLeavesTablesThatAreTrue) {
  Stage stage;
  std::mt19937 random(5);
  for (int cycle = 0; cycle < cycles(12); ++cycle) {
    stage.append_random(300);
    const std::string ledger = stage.directory.path(), work = cycle % 3 == 2 ? "rebuild" : "project";
    pid_t child = fork();
    if (child == 0) {
      execl(CARNET_PROJECTOR_CHILD, CARNET_PROJECTOR_CHILD, stage.uri.c_str(), ledger.c_str(), work.c_str(), nullptr);
      _exit(127);
    }
    std::this_thread::sleep_for(20ms + std::chrono::milliseconds(random() % 150));
    EXPECT_EQ(waitpid(child, nullptr, WNOHANG), 0) << "it ended by itself";
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    expect_true_tables(stage);
  }
  expect_all_well_at_the_end(stage);
}

TEST(Failure, AServerThatIsKilledAndStartedAgainIsWaitedFor) {
  Stage stage;
  stage.append_random(300);
  const std::filesystem::path home = ThrowawayCluster::shared().home();
  std::atomic<bool> stop = false;
  std::atomic<int> waited = 0;
  std::jthread follower([&] {
    Reader reader(stage.directory.path());
    Watch watch{{}, [&](const std::string&) { ++waited; }, &stop};
    EXPECT_THROW(project(stage.uri, reader, watch, true), Interrupted);
  });
  std::jthread rebuilder([&] {
    Reader reader(stage.directory.path());
    Watch watch{{}, [&](const std::string&) { ++waited; }, &stop};
    try {
      while (!stop) rebuild(stage.uri, reader, {}, watch);
    } catch (const Interrupted&) {
    } catch (const DatabaseDown&) {  // it was down already when a rebuild began
    }
  });
  std::mt19937 random(6);
  for (int cycle = 0; cycle < cycles(3); ++cycle) {
    stage.append_random(300);
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 300));
    pid_t server = 0;
    std::ifstream(home / "postgres/data/postmaster.pid") >> server;
    ASSERT_GT(server, 1);
    kill(server, cycle % 2 == 0 ? SIGKILL : SIGQUIT);
    std::this_thread::sleep_for(50ms);
    Cluster(home).start();
    expect_true_tables(stage);
  }
  std::this_thread::sleep_for(300ms);
  stop = true;
  follower.join();
  rebuilder.join();
  EXPECT_GT(waited, 0);
  expect_true_tables(stage);
  expect_all_well_at_the_end(stage);
}

TEST(Failure, AConnectionThatIsCutAnywhereCommitIncludedChangesNothingTwice) {
  Stage stage;
  CutWire wire(stage.uri);
  std::mt19937 random(7);
  for (int cycle = 0; cycle < cycles(40); ++cycle) {
    stage.append_random(40);
    Reader reader(stage.directory.path());
    bool to_server = random() % 2 == 0, rebuilding = cycle % 4 == 3;
    long bytes = static_cast<long>(400 + random() % (rebuilding ? 60'000 : 12'000));
    wire.cut_after(to_server ? bytes : -1, to_server ? -1 : bytes);
    int attempts = 0;
    Watch mend{{},
               [&](const std::string&) {
                 if (++attempts == 2) wire.cut_after(-1, -1);
               },
               nullptr};
    try {
      if (rebuilding) {
        rebuild(wire.uri(), reader, {}, mend);
      } else {
        project(wire.uri(), reader, mend);
      }
    } catch (const DatabaseDown&) {  // cut before it was ever connected
    }
    wire.cut_after(-1, -1);
    expect_true_tables(stage);
  }
  expect_all_well_at_the_end(stage);
}

// The last bytes of a catch-up are COMMIT and its answer: cut there, the outcome is unknown until it is looked up.
TEST(Failure, AConnectionThatIsCutAtEachByteOfTheCommitChangesNothingTwice) {
  Stage stage;
  CutWire wire(stage.uri);
  Reader reader(stage.directory.path());
  int id = 1000;
  const auto project_one_more = [&](long to_server, long to_client) {
    stage.append(R"({"type":"avion.registered","modele":"A320","avion_id":)" + std::to_string(++id) + "}");
    wire.cut_after(to_server, to_client);
    int failures = 0;
    const Watch mend{{},
                     [&](const std::string&) {
                       ++failures;
                       wire.cut_after(-1, -1);
                     },
                     nullptr};
    project(wire.uri(), reader, mend);
    return failures;
  };
  const auto carried = [&] {
    std::this_thread::sleep_for(50ms);  // the wire notices that its connection ended
    return wire.carried();
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(project_one_more(-1, -1), 0);
  const auto [to_server, to_client] = carried();
  constexpr long commit_bytes = 30;  // Query, "COMMIT"; and Terminate, 5 bytes. CommandComplete and ReadyForQuery.
  int failures = 0;
  int cuts = 0;
  for (long back = 1; back <= commit_bytes; back += std::getenv("CARNET_CYCLES") == nullptr ? 4 : 1, cuts += 2) {
    failures += project_one_more(to_server - back, -1);
    failures += project_one_more(-1, to_client - back);
    expect_true_tables(stage);
  }
  EXPECT_GT(failures, cuts / 2);
  Connection connection = stage.connect();
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Failure, AServerThatWasNeverThereIsNotWaitedFor) {
  Stage stage;
  Reader reader(stage.directory.path());
  EXPECT_THROW(project("postgresql:///x?host=/nowhere", reader), DatabaseDown);
  EXPECT_THROW(rebuild("postgresql:///x?host=/nowhere", reader), DatabaseDown);
}

TEST(Follow, ShowsWhatIsAppendedWithinMillisecondsAndNotifies) {
  Stage stage;
  std::atomic<bool> stop = false;
  std::jthread follower([&] {
    Reader reader(stage.directory.path());
    EXPECT_THROW(project(stage.uri, reader, {{}, {}, &stop}, true), Interrupted);
  });
  Connection listener = stage.connect();
  listener.exec("LISTEN carnet");
  std::this_thread::sleep_for(500ms);
  for (int i = 1; i <= 20; ++i) {
    stage.append(R"({"type":"avion.registered","modele":"A320","avion_id":)" + std::to_string(i) + "}");
    auto notice = listener.wait_for_notice(2s);
    ASSERT_TRUE(notice);
    EXPECT_EQ(*notice, std::to_string(i));
    EXPECT_EQ(listener.exec("SELECT FROM carnet.avions").rows(), i);
  }
  stop = true;
}

}  // namespace
}  // namespace carnet

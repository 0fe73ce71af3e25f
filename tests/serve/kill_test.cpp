// SPDX-License-Identifier: Apache-2.0
// kill -9 of the server under load: 64 clients append one event at a time, each with an id, and send again what was not
// answered. Nothing that was acknowledged is lost, and nothing is there twice.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "cli/home.hpp"
#include "cli/server_socket.hpp"
#include "events/reader.hpp"
#include "tests/scratch.hpp"
#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t clients = 64;

long kills() {
  const char* wanted = std::getenv("CARNET_CYCLES");
  return wanted == nullptr ? 12 : std::atol(wanted);
}

pid_t start_server(const std::string& home) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(CARNET_COMMAND, "carnet", "serve", "--home", home.c_str(), "--database", no_database, nullptr);
    ::_exit(127);
  }
  return child;
}

/// One client: its events, one behind the other, and where each was acknowledged to be.
class Script {
 public:
  Script(Home home, std::size_t number) : home_(std::move(home)), number_(number) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop) {
      const int file = connect_to_server(home_);
      if (file < 0) {
        std::this_thread::sleep_for(2ms);
        continue;
      }
      Client client(file);
      while (!stop && append(client)) {
      }
    }
  }

  const std::map<std::string, Position>& acknowledged() const { return acknowledged_; }

 private:
  // False where the connection ended: nobody knows what became of the event, so it is sent again.
  bool append(Client& client) {
    const std::string id = fmt::format("{}-{}", number_, acknowledged_.size());
    const std::string event = fmt::format(R"({{"type":"passager.registered","nom":"P","id":"{}"}})", id);
    client.send(
        fmt::format("POST /events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                    "{}\r\n\r\n{}",
                    event.size(), event));
    const Answered answer = answer_in(client.read_until("}\n"));
    if (!answer.is_whole || answer.status >= 500) return false;
    constexpr std::string_view member = "\"position\":";
    const std::size_t at = answer.body.find(member);
    EXPECT_NE(at, std::string::npos) << answer.body;
    if (at == std::string::npos) return false;
    acknowledged_[id] = std::stoull(answer.body.substr(at + member.size()));
    return true;
  }

  Home home_;
  std::size_t number_;
  std::map<std::string, Position> acknowledged_;
};

TEST(Kill, NothingAcknowledgedIsLostAndNothingIsThereTwice) {
  const Scratch scratch;
  const Home home{scratch / "home"};
  std::vector<Script> scripts;
  for (std::size_t i = 0; i < clients; ++i) scripts.emplace_back(home, i);
  std::atomic<bool> stop = false;
  std::mt19937 random(20261122);
  {
    std::vector<std::jthread> threads;
    for (Script& script : scripts) threads.emplace_back([&] { script.run(stop); });
    for (long cycle = 0; cycle < kills(); ++cycle) {
      const pid_t server = start_server(home.directory);
      std::this_thread::sleep_for(std::chrono::milliseconds(40 + random() % 200));
      ::kill(server, SIGKILL);
      ::waitpid(server, nullptr, 0);
    }
    stop = true;
  }
  std::map<std::string, Position> kept;
  Reader reader(home.ledger());
  Position next = 1;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    EXPECT_EQ(record.position, next++);
    EXPECT_TRUE(kept.emplace(record.id, record.position).second) << record.id << " is there twice";
    return true;
  });
  std::size_t acknowledged = 0;
  for (const Script& script : scripts) {
    for (const auto& [id, position] : script.acknowledged()) {
      ++acknowledged;
      ASSERT_TRUE(kept.contains(id)) << id << " was acknowledged and is lost";
      EXPECT_EQ(kept.at(id), position) << id;
    }
  }
  EXPECT_GE(kept.size(), acknowledged);
  EXPECT_LE(kept.size(), acknowledged + clients) << "each client had one under way at most";
  EXPECT_GT(acknowledged, 100U) << "there was no load";
  std::printf("%zu acknowledged, %zu kept, %ld kills\n", acknowledged, kept.size(), kills());
}

}  // namespace
}  // namespace carnet::serve

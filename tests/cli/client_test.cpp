// SPDX-License-Identifier: Apache-2.0
// The commands' side of the socket, against servers that misbehave.
#include "cli/client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "cli/exit.hpp"
#include "cli/server_socket.hpp"
#include "tests/scratch.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

/// Listens at a home's socket and does with each connection, numbered from 0, what the test says.
class FakeServer {
 public:
  using Serve = std::function<void(int connection, int number)>;

  FakeServer(const Home& home, Serve serve) : listening_(listen_at_server_socket(home)), serve_(std::move(serve)) {
    thread_ = std::thread([this] {
      for (int number = 0;; ++number) {
        const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        connections_.push_back(connection);
        serve_(connection, number);
      }
    });
  }
  ~FakeServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
    for (const int connection : connections_) ::close(connection);
  }
  FakeServer(const FakeServer&) = delete;

 private:
  int listening_;
  Serve serve_;
  std::vector<int> connections_;
  std::thread thread_;
};

void say(int connection, std::string_view text) {
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct ClientTest : testing::Test {
  Scratch scratch;
  Home home{scratch.path()};
};

TEST_F(ClientTest, FindsNoServerWhereThereIsNoneOrNobodyListens) {
  EXPECT_EQ(Client::to(home), nullptr);
  ::close(listen_at_server_socket(home));  // the file stays
  ASSERT_TRUE(std::filesystem::exists(server_socket(home)));
  EXPECT_EQ(Client::to(home), nullptr);
}

TEST_F(ClientTest, AServerThatNeverAnswersIsLockedWithinThePatience) {
  const FakeServer server(home, [](int, int) {});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(Client::to(home, 500ms)->get("/status"), Locked);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(ClientTest, AServerThatIsBusyButAliveIsWaitedFor) {
  const FakeServer server(home, [first = -1](int connection, int number) mutable {
    if (number == 0) first = connection;
    if (number > 0) say(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    if (number == 2) say(first, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
  });
  EXPECT_EQ(Client::to(home, 300ms)->get("/status").body, "done");
}

TEST_F(ClientTest, AnAnswerThatEndsTooSoonIsServerDownBehindWhatCameOfIt) {
  const FakeServer server(home, [](int connection, int) {
    say(connection, chunked);
    say(connection, "6\r\nline 1\r\n4\r\nli");
    ::shutdown(connection, SHUT_RDWR);
  });
  std::string got;
  const auto take = [&](std::string_view piece) {
    got += piece;
    return true;
  };
  EXPECT_THROW(Client::to(home)->get("/events", take), ServerDown);
  EXPECT_EQ(got.substr(0, 6), "line 1");
}

TEST_F(ClientTest, WhatIsNoHttpIsServerDown) {
  const FakeServer server(home, [](int connection, int) {
    say(connection, "220 mail.example ready\r\n\r\n");
    ::shutdown(connection, SHUT_RDWR);
  });
  EXPECT_THROW(Client::to(home)->get("/events"), ServerDown);
}

TEST_F(ClientTest, SendsAndTakesAtTheSameTime) {
  const FakeServer server(home, [](int connection, int) {
    say(connection, chunked);
    std::string got(1 << 16, '\0');  // echoes as many bytes as come, so that each side fills if one only sends
    for (ssize_t n = 0; (n = ::recv(connection, got.data(), got.size(), 0)) > 0;) {
      char head[32];
      say(connection, {head, static_cast<std::size_t>(std::snprintf(head, sizeof head, "%zx\r\n", n))});
      say(connection, {got.data(), static_cast<std::size_t>(n)});
      say(connection, "\r\n");
      if (std::string_view{got.data(), static_cast<std::size_t>(n)}.ends_with("0\r\n\r\n")) break;
    }
    say(connection, "0\r\n\r\n");
  });
  constexpr std::size_t pieces = 200, piece_bytes = 50'000;  // more than all buffers between them
  std::size_t taken = 0;
  const Client::Source source{[](Client::Body& body) {
                                for (std::size_t i = 0; i < pieces; ++i) body.write(std::string(piece_bytes, 'x'));
                              },
                              [] {}};
  Client::to(home)->exchange("/events", source, [&](std::string_view piece) {
    taken += piece.size();
    return true;
  });
  EXPECT_GT(taken, pieces * piece_bytes);
}

TEST_F(ClientTest, ASourceThatFailsEndsTheBodyAndIsHeardWhenAllIsAnswered) {
  const FakeServer server(home, [](int connection, int) {
    std::string got(4096, '\0');
    std::string all;
    while (!all.ends_with("0\r\n\r\n")) {
      const ssize_t n = ::recv(connection, got.data(), got.size(), 0);
      if (n <= 0) return;
      all.append(got, 0, static_cast<std::size_t>(n));
    }
    say(connection, chunked);
    say(connection, "6\r\nanswer\r\n0\r\n\r\n");
  });
  std::string taken;
  const Client::Source source{[](Client::Body& body) {
                                body.write("line 1\n");
                                throw Usage("the input");
                              },
                              [] {}};
  EXPECT_THROW(Client::to(home)->exchange("/events", source,
                                          [&](std::string_view piece) {
                                            taken += piece;
                                            return true;
                                          }),
               Usage);
  EXPECT_EQ(taken, "answer");
}

TEST_F(ClientTest, AnAnswerThatComesBeforeTheBodyIsSentEndsTheSending) {
  const FakeServer server(home, [](int connection, int) {
    say(connection, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 21\r\n\r\n{\"detail\":\"stopping\"}");
  });
  std::atomic<bool> stop = false;
  const Client::Source source{[&](Client::Body& body) {
                                while (!stop && body.write(std::string(100'000, 'x'))) {
                                }
                              },
                              [&] { stop = true; }};
  EXPECT_EQ(Client::to(home)->exchange("/events", source, [](std::string_view) { return true; }).status, 503);
}

TEST(RefusalOfAServer, IsWhatItWouldBeWithoutOne) {
  const auto thrown = [](int status, const std::string& body) -> std::string {
    try {
      refuse({status, body});
    } catch (const std::system_error& error) {
      return std::to_string(error.code().value()) + " " + error.what();
    } catch (const ServerRefusal& refusal) {
      return "exit " + std::to_string(static_cast<int>(exit_status(refusal))) + " " + refusal.what();
    }
  };
  EXPECT_EQ(thrown(409, R"({"detail":"/copy: Directory not empty","errno":39})"), "39 /copy: Directory not empty");
  EXPECT_EQ(thrown(503, R"({"detail":"no database","exit":69})"), "exit 69 no database");
  EXPECT_EQ(thrown(503, R"({"detail":"too many"})"), "exit 75 too many");
  EXPECT_EQ(thrown(507, R"({"detail":"full"})"), "exit 74 full");
  EXPECT_EQ(thrown(500, "nonsense"), "exit 1 the server answers with status 500");
}

}  // namespace
}  // namespace carnet

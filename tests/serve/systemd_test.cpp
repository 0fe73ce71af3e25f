// SPDX-License-Identifier: Apache-2.0
// As systemd does it: a socket handed over, notices wanted, stopped by SIGTERM.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

int bound(int type, const std::string& path) {
  const int file = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  EXPECT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << path;
  return file;
}

std::string notice(int file) {
  pollfd poll{file, POLLIN, 0};
  if (::poll(&poll, 1, 10'000) <= 0) return "nothing came";
  char text[256] = "";
  const ssize_t n = ::recv(file, text, sizeof text, 0);
  return {text, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
}

TEST(Systemd, HandsASocketOverAndHearsWhenItIsReadyAndWhenItStops) {
  const Scratch scratch;
  const std::string home = scratch / "home", socket = scratch / "given.sock", notices = scratch / "notices";
  const int listening = bound(SOCK_STREAM, socket), heard = bound(SOCK_DGRAM, notices);
  ASSERT_EQ(::listen(listening, 16), 0);
  const pid_t server = ::fork();
  if (server == 0) {
    ::dup2(listening, 3);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("NOTIFY_SOCKET", notices.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    ::execl(CARNET_COMMAND, "carnet", "serve", "--home", home.c_str(), "--database", no_database, nullptr);
    ::_exit(127);
  }
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  ASSERT_EQ(::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << "before it has started";
  Client client(file);
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200"));
  EXPECT_FALSE(std::filesystem::exists(home + "/carnet.sock")) << "it listens at what it was given";
  EXPECT_EQ(notice(heard), "READY=1");
  EXPECT_EQ(notice(heard), "WATCHDOG=1");
  ::kill(server, SIGTERM);
  std::string last = notice(heard);
  while (last == "WATCHDOG=1") last = notice(heard);
  EXPECT_EQ(last, "STOPPING=1");
  int status = 0;
  ::waitpid(server, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(std::filesystem::exists(socket)) << "it is systemd's to remove";
  ::close(listening);
  ::close(heard);
}

}  // namespace
}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/systemd.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace carnet::serve {
namespace {

constexpr int first_socket = 3;  // SD_LISTEN_FDS_START
constexpr int most_sockets = 64;

/// A variable that is a number and meant for this process; 0 where there is none.
long long number_from_environment(const char* name, const char* process) {
  const char* pid = std::getenv(process);
  const char* value = std::getenv(name);
  if (value == nullptr || (pid != nullptr && std::atoll(pid) != ::getpid())) return 0;
  return std::atoll(value);
}

}  // namespace

std::vector<int> sockets_from_systemd() {
  const bool is_meant = std::getenv("LISTEN_PID") != nullptr;
  const long long count = is_meant ? number_from_environment("LISTEN_FDS", "LISTEN_PID") : 0;
  std::vector<int> sockets;
  for (int i = 0; i < count && i < most_sockets; ++i) {
    ::fcntl(first_socket + i, F_SETFD, FD_CLOEXEC);
    sockets.push_back(first_socket + i);
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

void notify_systemd(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || std::strlen(path) >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, std::strlen(path));
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract one
  const int file = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  ::sendto(file, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(file);
}

std::optional<std::chrono::microseconds> watchdog_period() {
  const long long us = number_from_environment("WATCHDOG_USEC", "WATCHDOG_PID");
  if (us <= 0) return std::nullopt;
  return std::chrono::microseconds(us);
}

}  // namespace carnet::serve

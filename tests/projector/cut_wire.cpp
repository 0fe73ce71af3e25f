// SPDX-License-Identifier: Apache-2.0
#include "tests/projector/cut_wire.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace carnet {
namespace {

sockaddr_un address(const std::filesystem::path& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.string().copy(name.sun_path, sizeof name.sun_path - 1);
  return name;
}

/// Passes what is there and counts it; false at the end, or once the allowance is used up. Less than none: no limit.
bool pass(int from, int to, long& allowance, long& passed) {
  std::array<char, 16384> buffer{};
  ssize_t got = read(from, buffer.data(), buffer.size());
  if (got <= 0) return false;
  bool last = allowance >= 0 && got >= allowance;
  if (last) got = allowance;
  if (allowance >= 0) allowance -= got;
  passed += got;
  for (ssize_t sent = 0; sent < got;) {
    ssize_t now = send(to, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += now;
  }
  return !last;
}

}  // namespace

CutWire::CutWire(const std::string& uri) {
  std::size_t from = uri.find("host=") + 5, to = uri.find('&', from);
  target_ = uri.substr(from, to - from) + "/.s.PGSQL.5432";
  uri_ = uri.substr(0, from) + directory_.path().string() + uri.substr(to);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name = address(directory_.path() / ".s.PGSQL.5432");
  if (bind(listener_, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 || listen(listener_, 8) != 0) {
    throw std::runtime_error("cannot listen");
  }
  thread_ = std::jthread([this] { serve(); });
}

CutWire::~CutWire() {
  done_ = true;
  thread_.join();
  close(listener_);
}

void CutWire::cut_after(long bytes_to_server, long bytes_to_client) {
  to_server_ = bytes_to_server;
  to_client_ = bytes_to_client;
}

void CutWire::serve() {
  std::vector<std::jthread> connections;
  while (!done_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un name = address(target_);
    if (connect(server, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) {
      close(client);
      close(server);
      continue;
    }
    connections.emplace_back([this, client, server] { carry(client, server); });
  }
}

void CutWire::carry(int client, int server) {
  long to_server = to_server_, to_client = to_client_, sent = 0, received = 0;
  for (bool whole = true; whole && !done_;) {
    std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (poll(ends.data(), 2, 20) <= 0) continue;
    if (ends[0].revents != 0) whole = pass(client, server, to_server, sent);
    if (whole && ends[1].revents != 0) whole = pass(server, client, to_client, received);
  }
  sent_ = sent;
  received_ = received;
  close(client);
  close(server);
}

}  // namespace carnet

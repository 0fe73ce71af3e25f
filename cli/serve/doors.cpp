// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/doors.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "cli/exit.hpp"
#include "cli/server_socket.hpp"

namespace carnet::serve {
namespace {

constexpr int backlog = 1024;

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return (ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24) == 127;
  }
  return address->sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
}

std::string name_of(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
  ::getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return address->sa_family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace

std::vector<Door> open_tcp(const std::string& host_and_port) {
  const std::size_t colon = host_and_port.rfind(':');
  std::string host = host_and_port.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port = colon == host_and_port.npos ? "" : host_and_port.substr(colon + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (host.empty() || port.empty() || ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    throw Usage(fmt::format("serve: --listen {}: not HOST:PORT (such as 127.0.0.1:8080)", host_and_port));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<Door> doors;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const int file = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (file >= 0) ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (file >= 0 && one->ai_family == AF_INET6) ::setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (file < 0 || ::bind(file, one->ai_addr, one->ai_addrlen) != 0 || ::listen(file, backlog) != 0) {
      const int error = errno;
      if (file >= 0) ::close(file);
      for (const Door& door : doors) ::close(door.file);
      throw std::system_error(error, std::generic_category(), "serve: --listen " + host_and_port);
    }
    doors.push_back(door_of(file));
  }
  return doors;
}

Door open_local(const Home& home) {
  return {listen_at_server_socket(home), true, true, server_socket(home)};
}

Door door_of(int file) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  const auto* address = reinterpret_cast<const sockaddr*>(&storage);
  if (::getsockname(file, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "the socket that was handed over");
  }
  if (address->sa_family == AF_UNIX) return {file, true, true, reinterpret_cast<const sockaddr_un*>(address)->sun_path};
  return {file, false, is_loopback(address), name_of(address, size)};
}

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
#include "cli/server_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>

#include "projector/account.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket_path = 107;  // sockaddr_un
constexpr int backlog = 1024;

[[noreturn]] void fail(const fs::path& path, int error = errno) {
  throw std::system_error(error, std::generic_category(), path.string());
}

sockaddr_un address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  return address;
}

int new_socket(const fs::path& path) {
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) fail(path);
  return file;
}

}  // namespace

uid_t owner_of(const Home& home) {
  struct stat status {};
  return ::stat(home.directory.c_str(), &status) == 0 ? status.st_uid : ::geteuid();
}

fs::path server_socket(const Home& home) {
  const fs::path path = home.directory / "carnet.sock";
  if (path.native().size() <= longest_socket_path) return path;
  const std::size_t hash = std::hash<std::string>()(home.directory);
  return fs::path{fmt::format("/tmp/carnet-{}-{:016x}", owner_of(home), hash)} / "carnet.sock";
}

ServerHangs::ServerHangs(const Home& home, pid_t server)
    : Locked(fmt::format("{}: its server{} does not answer (wait for it, or end its process)", home.directory.string(),
                         server > 1 ? fmt::format(", process {},", server) : "")) {}

pid_t server_process(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

int connect_to_server(const Home& home, std::chrono::milliseconds patience) {
  const fs::path path = server_socket(home);
  const int file = new_socket(path);
  const sockaddr_un address = address_of(path);
  // A server that is stopped takes connections until its backlog is full.
  const timeval limit{patience.count() / 1000, patience.count() % 1000 * 1000};
  ::setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(file);
    if (error == EAGAIN) throw ServerHangs(home, 0);
    if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) return -1;
    fail(path, error);
  }
  // The directory under /tmp could be anybody's who came first.
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || (peer.uid != owner_of(home) && peer.uid != 0)) {
    ::close(file);
    fail(path, EPERM);
  }
  return file;
}

int listen_at_server_socket(const Home& home) {
  const fs::path path = server_socket(home);
  if (path.parent_path() != home.directory) Account::of(owner_of(home)).make_directory(path.parent_path());
  ::unlink(path.c_str());
  const int file = new_socket(path);
  const sockaddr_un address = address_of(path);
  const mode_t before = ::umask(0077);
  const int bound = ::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  if (bound != 0 || ::listen(file, backlog) != 0) {
    const int why = bound != 0 ? error : errno;
    ::close(file);
    fail(path, why);
  }
  return file;
}

}  // namespace carnet

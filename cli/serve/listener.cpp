// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/listener.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cli/exit.hpp"
#include "cli/message.hpp"
#include "cli/serve/server.hpp"
#include "cli/serve/systemd.hpp"
#include "cli/server_socket.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;

constexpr int accepts_at_once = 64;  // then others have a turn
constexpr auto pause_when_full = 100ms;

/// Who the kernel says is at the other end of a Unix socket. Null where it is nobody who may come in.
std::optional<Peer> local_peer(int file, uid_t owner) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(file, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != 0 && peer.uid != owner && peer.uid != ::geteuid()) return std::nullopt;
  return Peer{true, fmt::format("process {}", peer.pid)};
}

Peer remote_peer(int file) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST] = "";
  ::getpeername(file, reinterpret_cast<sockaddr*>(&address), &size);
  ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
  return {false, host};
}

/// Without a session of its own: one that floods us gets no more than this.
void turn_away(int file) {
  Response response = response_of(busy("too many connections"));
  const std::string text = header_of(response, Length::given, response.body.size(), false) + response.body;
  [[maybe_unused]] const ssize_t n = ::send(file, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(file);
}

}  // namespace

// Asio's acceptors know Unix and TCP sockets apart; this waits on the descriptor and accepts either.
struct Listener::Entrance {
  asio::posix::basic_stream_descriptor<Executor> descriptor;
  Door door;
};

Listener::Listener(Server& server, const std::vector<std::string>& listen) : server_(server) {
  bool is_local = false;
  for (const int file : sockets_from_systemd()) {
    const Door door = door_of(file);
    is_local = is_local || door.is_local;
    open(door);
  }
  if (!is_local) {
    open(open_local(server.home()));
    socket_ = server_socket(server.home());
  }
  for (const std::string& one : listen) {
    for (const Door& door : open_tcp(one)) open(door);
  }
}

void Listener::open(const Door& door) {
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
  auto entrance = std::make_shared<Entrance>(Entrance{Descriptor(server_.io(), door.file), door});
  entrance->descriptor.non_blocking(true);
  if (!door.is_local && server_.token() == nullptr) {
    throw Usage(fmt::format("serve: {}: whoever comes over TCP must show a token (--token-file FILE)", door.name));
  }
  if (!door.is_loopback && !server_.tls()) {
    throw Usage(
        fmt::format("serve: {}: others than this machine need TLS (--tls-cert FILE --tls-key FILE)", door.name));
  }
  entrances_.push_back(entrance);
  asio::co_spawn(server_.io(), accept(entrance), asio::detached);
  say("serve", "listening at " + door.name + (!door.is_local && server_.tls() ? " (TLS)" : ""));
}

Listener::~Listener() {
  close();
}

void Listener::close() {
  for (const auto& entrance : entrances_) {
    boost::system::error_code ignored;
    entrance->descriptor.close(ignored);
  }
  entrances_.clear();
  if (!socket_.empty()) ::unlink(socket_.c_str());
  socket_.clear();
}

Task<> Listener::accept(std::shared_ptr<Entrance> entrance) {
  asio::steady_timer pause(server_.io());
  try {
    for (;;) {
      co_await entrance->descriptor.async_wait(decltype(entrance->descriptor)::wait_read, use_task);
      for (int i = 0; i < accepts_at_once; ++i) {
        const int file =
            ::accept4(entrance->descriptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (file >= 0) {
          admit(file, entrance->door);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
          pause.expires_after(pause_when_full);
          co_await pause.async_wait(asio::use_awaitable_t<Executor>());
          break;
        } else if (errno != EINTR && errno != ECONNABORTED) {
          break;
        }
      }
    }
  } catch (const boost::system::system_error&) {  // closed
  }
}

void Listener::admit(int file, const Door& door) {
  const std::optional<Peer> peer = door.is_local ? local_peer(file, owner_of(server_.home())) : remote_peer(file);
  if (!peer) {
    server_.metrics().refused_connections += 1;
    ::close(file);
    return;
  }
  if (server_.connections() >= server_.limits().connections) {
    server_.metrics().refused_connections += 1;
    return turn_away(file);
  }
  const int on = 1;
  if (!door.is_local) ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const asio::generic::stream_protocol protocol(door.is_local ? AF_UNIX : AF_INET, 0);
  auto session = std::make_shared<Session>(
      server_, Wire(Socket(server_.io(), protocol, file), door.is_local ? nullptr : server_.tls()), *peer);
  asio::co_spawn(server_.io(), session->run(), asio::detached);
}

}  // namespace carnet::serve

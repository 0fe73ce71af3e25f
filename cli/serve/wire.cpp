// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/wire.hpp"

#include <sys/socket.h>

namespace carnet::serve {

Wire::Wire(Socket socket, std::shared_ptr<asio::ssl::context> tls) : context_(std::move(tls)) {
  if (context_) {
    tls_ = std::make_unique<asio::ssl::stream<Socket>>(std::move(socket), *context_);
  } else {
    plain_.emplace(std::move(socket));
  }
}

Task<> Wire::handshake() {
  if (tls_) co_await tls_->async_handshake(asio::ssl::stream_base::server, use_task);
}

Task<std::size_t> Wire::read_some(char* to, std::size_t room) {
  if (tls_) co_return co_await tls_->async_read_some(asio::buffer(to, room), use_task);
  co_return co_await plain_->async_read_some(asio::buffer(to, room), use_task);
}

Task<std::size_t> Wire::write_some(std::string_view bytes) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  if (tls_) co_return co_await tls_->async_write_some(buffer, use_task);
  co_return co_await plain_->async_write_some(buffer, use_task);
}

Task<> Wire::readable() {
  co_await socket().async_wait(Socket::wait_read, use_task);
}

bool Wire::peer_has_gone() {
  char byte = 0;
  const ssize_t n = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Wire::end_output() noexcept {
  boost::system::error_code ignored;
  socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

void Wire::close() noexcept {
  boost::system::error_code ignored;
  socket().close(ignored);
}

}  // namespace carnet::serve

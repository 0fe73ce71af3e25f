// SPDX-License-Identifier: Apache-2.0
// One connection's bytes: a Unix or TCP socket, or TLS on it.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/serve/asio.hpp"

namespace carnet::serve {

class Wire {
 public:
  /// With a context it speaks TLS, after handshake().
  Wire(Socket socket, std::shared_ptr<asio::ssl::context> tls);

  /// All of them throw boost::system::system_error. One read and one write may be under way at the same time.
  Task<> handshake();
  Task<std::size_t> read_some(char* to, std::size_t room);
  Task<std::size_t> write_some(std::string_view bytes);

  /// Waits until the peer sends something or has gone; nothing is read.
  Task<> readable();
  /// Whether the peer has closed its side; without waiting.
  bool peer_has_gone();

  /// Nothing more is sent; the peer may still be read.
  void end_output() noexcept;
  void close() noexcept;
  Socket& socket() { return tls_ ? tls_->next_layer() : *plain_; }

 private:
  std::shared_ptr<asio::ssl::context> context_;  // outlives the stream: SIGHUP makes another one
  std::optional<Socket> plain_;
  std::unique_ptr<asio::ssl::stream<Socket>> tls_;
};

}  // namespace carnet::serve

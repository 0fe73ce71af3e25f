// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>

#include "cli/exit.hpp"
#include "cli/interrupt.hpp"
#include "cli/server_object.hpp"
#include "cli/server_socket.hpp"
#include "projector/connection.hpp"

namespace carnet {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;
using Socket = asio::local::stream_protocol::socket;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto look_around = 100ms;  // how soon an interrupt is noticed
constexpr Clock::duration longest_quiet = 1min;
constexpr std::size_t room_bytes = 128 << 10;
constexpr std::size_t max_body_bytes = std::size_t{64} << 20;  // of an answer that is kept whole

template <class Body>
http::request<Body> request(http::verb verb, const std::string& target, std::string_view type = {}) {
  http::request<Body> request{verb, target, 11};
  request.set(http::field::host, "carnet");
  if (!type.empty()) request.set(http::field::content_type, {type.data(), type.size()});
  return request;
}

class ChunkedBody final : public Client::Body {
 public:
  /// The same connection through a descriptor of its own: Asio's sockets are for one thread at a time.
  explicit ChunkedBody(Socket& socket)
      : out_(io_, asio::local::stream_protocol(), ::fcntl(socket.native_handle(), F_DUPFD_CLOEXEC, 0)) {}

  bool write(std::string_view bytes) override {
    error_code error;
    if (!bytes.empty()) asio::write(out_, http::make_chunk(asio::buffer(bytes.data(), bytes.size())), error);
    return !error;
  }
  void end() {
    error_code ignored;  // who reads the answer learns it
    asio::write(out_, http::make_chunk_last(), ignored);
  }

 private:
  asio::io_context io_{1};
  Socket out_;
};

}  // namespace

struct Client::Impl {
  Impl(Home of, int file, std::chrono::milliseconds time)
      : home(std::move(of)),
        patience(time),
        quiet(time * 35 / 100),
        socket(io, asio::local::stream_protocol(), file),
        server(server_process(file)) {}

  Home home;
  std::chrono::milliseconds patience;
  Clock::duration quiet;  ///< After so long without a sign of life it is asked for one.
  asio::io_context io{1};
  Socket socket;
  pid_t server;
  boost::beast::flat_buffer buffer;
  Clock::time_point last_sign = Clock::now();
  bool is_probe = false, ends_on_interrupt = true;

  /// Runs one asynchronous operation to its end: `start` gets its handler.
  template <class Start>
  error_code finished(Start&& start) {
    std::optional<error_code> outcome;
    start([&](const error_code& error, std::size_t) { outcome = error; });
    try {
      while (!outcome) {
        io.restart();
        io.run_one_for(look_around);
        if (outcome) break;
        if (ends_on_interrupt && interrupt_came) throw Interrupted();
        if (Clock::now() - last_sign > quiet) look_after_server();
      }
    } catch (...) {
      ::shutdown(socket.native_handle(), SHUT_RDWR);  // who sends on the other descriptor learns it, too
      socket.close();
      io.restart();
      io.run();  // the operation ends, and what its handler refers to is still there
      throw;
    }
    last_sign = Clock::now();
    return *outcome;
  }

  /// It may be busy, or wait for us. Whether it lives shows in another answer, which needs nothing but its I/O thread.
  void look_after_server() {
    if (is_probe) throw ServerHangs(home, server);
    const std::chrono::milliseconds half = patience / 2;
    try {
      const int file = connect_to_server(home, half);
      if (file >= 0) {
        Impl probe(home, file, half);
        probe.is_probe = true;
        probe.quiet = half;
        probe.send(request<http::empty_body>(http::verb::head, "/"));
        probe.receive(nullptr);
      }
    } catch (const ServerDown&) {  // this connection ends as well
    }
    last_sign = Clock::now();
    quiet = std::min(2 * quiet, longest_quiet);
  }

  template <class Body>
  void send(const http::request<Body>& message) {
    // Where nobody reads it there may still be an answer, which says why.
    finished([&](auto handler) { http::async_write(socket, message, handler); });
  }

  Answer receive(const Take& take) {
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    parser.eager(false);    // else a chunk would be kept back until the next one's beginning is there
    parser.skip(is_probe);  // a HEAD has no body
    std::string room(room_bytes, '\0');
    Answer answer;
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = room.data();
      body.size = room.size();
      const error_code error = finished([&](auto handler) { http::async_read_some(socket, buffer, parser, handler); });
      if (error && error != http::error::need_buffer) {
        throw ServerDown("the server went away before it had answered (" + error.message() + ")");
      }
      if (!parser.is_header_done()) continue;
      answer.status = parser.get().result_int();
      const std::string_view piece{room.data(), room.size() - body.size};
      if (take && answer.done()) {
        if (!piece.empty() && !take(piece)) return answer;
      } else {
        answer.body += piece;
        if (answer.body.size() > max_body_bytes) throw ServerDown("the server answers without end");
      }
    }
    return answer;
  }
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

std::unique_ptr<Client> Client::to(const Home& home, std::chrono::milliseconds patience) {
  const int file = connect_to_server(home, patience / 2);
  if (file < 0) return nullptr;
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(home, file, patience)));
}

Client::Answer Client::get(const std::string& target) {
  return get(target, nullptr);
}

Client::Answer Client::get(const std::string& target, const Take& take) {
  impl_->send(request<http::empty_body>(http::verb::get, target));
  return impl_->receive(take);
}

Client::Answer Client::post(const std::string& target, std::string_view type, std::string body) {
  auto message = request<http::string_body>(http::verb::post, target, type);
  message.body() = std::move(body);
  message.prepare_payload();
  impl_->send(message);
  return impl_->receive(nullptr);
}

Client::Answer Client::exchange(const std::string& target, const Source& source, const Take& take) {
  Impl& impl = *impl_;
  impl.ends_on_interrupt = false;
  auto header = request<http::empty_body>(http::verb::post, target, "application/x-ndjson");
  header.chunked(true);
  http::request_serializer<http::empty_body> serializer{header};
  impl.finished([&](auto handler) { http::async_write_header(impl.socket, serializer, handler); });

  ChunkedBody body(impl.socket);
  std::exception_ptr failure;
  std::thread sending([&] {
    try {
      source.send(body);
    } catch (...) {
      failure = std::current_exception();
    }
    body.end();
  });
  const auto end_sending = [&] {
    source.stop();
    if (impl.socket.is_open()) ::shutdown(impl.socket.native_handle(), SHUT_RDWR);
    sending.join();
  };
  Answer answer;
  try {
    answer = impl.receive(take);
  } catch (...) {
    end_sending();
    throw;
  }
  end_sending();
  if (failure && answer.done()) std::rethrow_exception(failure);
  return answer;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != plain.npos) {
      out += c;
    } else {
      out.append({'%', digits[byte >> 4], digits[byte & 0xF]});
    }
  }
  return out;
}

void add_parameter(std::string& target, std::string_view name, std::string_view value) {
  target += target.find('?') == target.npos ? '?' : '&';
  target.append(name).append("=").append(percent_encoded(value));
}

void refuse(const Client::Answer& answer) {
  const ServerObject problem(answer.body);
  std::string detail = problem.text("detail");
  if (detail.empty()) detail = "the server answers with status " + std::to_string(answer.status);
  if (const auto number = problem.number("errno")) throw_system_error(static_cast<int>(*number), std::move(detail));
  throw ServerRefusal(exit_of(answer.status, problem), detail);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"

namespace carnet::serve {
namespace {

constexpr std::size_t header_room = 4 << 10, body_room = 128 << 10;
constexpr std::size_t large_buffer = 64 << 10;  // is not kept between requests: thousands of connections are idle
constexpr std::size_t max_lingering_bytes = 1 << 20;
constexpr std::chrono::seconds lingering{2};

}  // namespace

Session::Session(Server& server, Wire wire, Peer peer)
    : server_(server), wire_(std::move(wire)), peer_(std::move(peer)), bell_(server.io()) {
  server_.add(*this);
}

Session::~Session() {
  server_.remove(*this);
}

Task<> Session::run() {
  const auto self = shared_from_this();
  try {
    read_until_ = Clock::now() + server_.limits().header;
    co_await wire_.handshake();
    while (!stopping_ && co_await next_request()) {
      co_await serve_one();
      if (!keep_alive_) break;
    }
    if (!closed_ && (end_ > begin_ || (reader_ && !reader_->done()))) co_await linger();
  } catch (const boost::system::system_error&) {  // the peer has gone, or was too slow
  }
  close();
}

Task<bool> Session::next_request() {
  reader_ = std::make_unique<RequestReader>();
  begun_ = timed_out_ = whole_body_ = false;
  if (buffer_.size() > large_buffer && begin_ == end_) std::string().swap(buffer_);
  std::optional<Problem> problem;
  try {
    for (;;) {
      if (begin_ < end_) {
        if (idle_) read_until_ = Clock::now() + server_.limits().header;
        idle_ = false;
        const std::size_t used = reader_->header({buffer_.data() + begin_, end_ - begin_});
        begin_ += used;
        if (used > 0) break;
      }
      co_await fill(header_room);
    }
  } catch (const Problem& caught) {
    problem = caught;
  } catch (const boost::system::system_error&) {
    if (!timed_out_ || idle_) throw;
    problem.emplace(408, "the header did not come in time");
  }
  read_until_ = Clock::time_point::max();
  if (problem) {
    co_await answer_and_close(*problem);
    co_return false;
  }
  keep_alive_ = request().keep_alive;
  co_return true;
}

Task<> Session::serve_one() {
  std::optional<Problem> problem;
  try {
    co_await handle(server_, *this);
  } catch (const boost::system::system_error&) {
    if (closed_ || (!timed_out_ && !stopping_)) throw;
    problem = stopping_ ? busy("the server is stopping") : Problem(408, "the body did not come in time");
  } catch (const std::exception& error) {
    problem = problem_of(error);
  }
  if (problem && begun_) throw boost::system::system_error(asio::error::connection_aborted);  // seen as cut short
  if (problem) {
    if (!reader_->done()) keep_alive_ = false;
    const Response response = response_of(*problem);
    co_await respond(response);
  }
  if (!reader_->done()) keep_alive_ = false;
  idle_ = true;
  read_until_ = Clock::now() + server_.limits().idle;
}

Task<> Session::answer_and_close(Problem problem) {
  keep_alive_ = false;
  server_.metrics().refused_requests += 1;
  const Response response = response_of(problem);
  co_await send(header_of(response, Length::given, response.body.size(), false) + response.body);
}

Task<> Session::send(std::string_view bytes) {
  while (!bytes.empty()) {
    write_until_ = Clock::now() + server_.limits().write;
    bytes.remove_prefix(co_await wire_.write_some(bytes));
  }
  write_until_ = Clock::time_point::max();
}

Task<> Session::fill(std::size_t room) {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < room / 2) buffer_.resize(end_ + room);
  end_ += co_await wire_.read_some(buffer_.data() + end_, buffer_.size() - end_);
}

Task<bool> Session::more(std::string& to) {
  const std::size_t before = to.size();
  if (std::exchange(reader_->request().expects_continue, false) && reader_->has_body() && begin_ == end_) {
    co_await send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  while (!reader_->done()) {
    begin_ += reader_->body({buffer_.data() + begin_, end_ - begin_}, to);
    if (to.size() > before || reader_->done()) break;
    if (!whole_body_) read_until_ = Clock::now() + server_.limits().body;
    co_await fill(body_room);
    if (!whole_body_) read_until_ = Clock::time_point::max();
  }
  co_return to.size() > before || !reader_->done();
}

Task<std::string> Session::body(std::size_t max_bytes) {
  const Problem too_long(413, fmt::format("the body is longer than {} bytes", max_bytes));
  if (request().content_length.value_or(0) > max_bytes) throw too_long;
  std::string all;
  whole_body_ = true;
  read_until_ = Clock::now() + 2 * server_.limits().body;
  while (co_await more(all)) {
    if (all.size() > max_bytes) throw too_long;
  }
  read_until_ = Clock::time_point::max();
  co_return all;
}

Task<> Session::respond(const Response& response) {
  begun_ = true;
  if (stopping_) keep_alive_ = false;
  server_.metrics().answered(response.status);
  std::string bytes = header_of(response, Length::given, response.body.size(), keep_alive_ && reader_->done());
  if (request().method != "HEAD") bytes += response.body;
  co_await send(bytes);
}

void Session::begin(const Response& head) {
  begun_ = true;
  length_ = request().is_1_0 ? Length::until_close : Length::chunked;
  if (stopping_ || length_ == Length::until_close) keep_alive_ = false;
  server_.metrics().answered(head.status);
  waiting_ += header_of(head, length_, 0, keep_alive_);
  write(head.body);
  if (!pumping_) asio::co_spawn(server_.io(), pump(), asio::detached);
}

void Session::write(std::string_view text) {
  if (closed_) return;
  if (length_ == Length::chunked) {
    append_chunk(waiting_, text);
  } else {
    waiting_ += text;
  }
  if (!pumping_ && !waiting_.empty()) asio::co_spawn(server_.io(), pump(), asio::detached);
}

Task<> Session::pump() {
  const auto self = shared_from_this();
  pumping_ = true;
  try {
    while (!waiting_.empty()) {
      sending_.swap(waiting_);
      co_await send(sending_);
      sending_.clear();
      if (sending_.capacity() > body_room) std::string().swap(sending_);
      last_write_ = Clock::now();
      bell_.ring();
    }
  } catch (const boost::system::system_error&) {
    close();
  }
  pumping_ = false;
}

Task<> Session::finish() {
  if (length_ == Length::chunked && !closed_) {
    waiting_ += last_chunk;
    if (!pumping_) asio::co_spawn(server_.io(), pump(), asio::detached);
  }
  while (!closed_ && (pumping_ || backlog() > 0)) co_await bell_.wait();
}

Task<> Session::cut() {
  while (!closed_ && (pumping_ || backlog() > 0)) co_await bell_.wait();
  keep_alive_ = false;
}

// What the peer still sends would make the system drop the answer before it was read.
Task<> Session::linger() {
  wire_.end_output();
  read_until_ = Clock::now() + lingering;
  std::string rest(header_room, '\0');
  for (std::size_t seen = 0; seen < max_lingering_bytes;) seen += co_await wire_.read_some(rest.data(), rest.size());
}

void Session::watch_peer() {
  asio::co_spawn(
      server_.io(),
      [](std::shared_ptr<Session> self) -> Task<> {
        try {
          co_await self->wire_.readable();
          if (self->wire_.peer_has_gone()) self->close();
        } catch (const boost::system::system_error&) {
        }
      }(shared_from_this()),
      asio::detached);
}

bool Session::heartbeat_due() const {
  return backlog() == 0 && Clock::now() - last_write_ >= server_.limits().heartbeat;
}

void Session::look_at_clock(Clock::time_point now) {
  if (now >= write_until_) {
    close();
  } else if (now >= read_until_) {
    read_until_ = Clock::time_point::max();
    timed_out_ = true;
    boost::system::error_code ignored;
    wire_.socket().cancel(ignored);
  } else if (begun_ && now - last_write_ >= server_.limits().heartbeat) {
    bell_.ring();
  }
}

void Session::stop() {
  stopping_ = true;
  bell_.ring();
  if (idle_) return close();
  boost::system::error_code ignored;  // who reads a body learns that it ends here
  if (reader_ && reader_->has_body()) wire_.socket().shutdown(asio::socket_base::shutdown_receive, ignored);
}

void Session::close() noexcept {
  if (std::exchange(closed_, true)) return;
  wire_.close();
  bell_.ring();
}

}  // namespace carnet::serve

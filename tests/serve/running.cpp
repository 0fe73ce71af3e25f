// SPDX-License-Identifier: Apache-2.0
#include "tests/serve/running.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <system_error>

#include "cli/server_socket.hpp"

namespace carnet::serve {
namespace {

std::string small(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

/// Puts the chunks together; whether the last one is there.
bool unchunk(std::string_view bytes, std::string& to) {
  for (;;) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size, 16);
    const std::size_t line = bytes.find("\r\n");
    if (error != std::errc{} || line == bytes.npos || bytes.size() < line + 4 + size) return false;
    if (size == 0) return true;
    to += bytes.substr(line + 2, size);
    bytes.remove_prefix(line + 4 + size);
  }
}

}  // namespace

Answered answer_in(std::string_view bytes) {
  Answered answer;
  while (bytes.starts_with("HTTP/1.1 100")) bytes.remove_prefix(bytes.find("\r\n\r\n") + 4);
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == bytes.npos) return answer;
  std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
  std::string_view header = bytes.substr(0, end + 2);
  header.remove_prefix(header.find("\r\n") + 2);
  while (!header.empty()) {
    const std::string_view line = header.substr(0, header.find("\r\n"));
    const std::size_t colon = line.find(": ");
    answer.fields[small(line.substr(0, colon))] = line.substr(colon + 2);
    header.remove_prefix(line.size() + 2);
  }
  const std::string_view body = bytes.substr(end + 4);
  if (answer.fields.contains("transfer-encoding")) {
    answer.is_whole = unchunk(body, answer.body);
  } else {
    answer.body = body;
    answer.is_whole = answer.fields["content-length"] == std::to_string(body.size());
  }
  return answer;
}

Client::~Client() {
  ::close(file_);
}

void Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) return;  // it closed: what it said first is what counts
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Client::end_output() const {
  ::shutdown(file_, SHUT_WR);
}

std::string Client::read_until(std::string_view text, std::chrono::milliseconds patience) {
  std::string all;
  std::array<char, 1 << 16> buffer;
  while (text.empty() || all.find(text) == all.npos) {
    pollfd poll{file_, POLLIN, 0};
    if (::poll(&poll, 1, static_cast<int>(patience.count())) <= 0) return all;
    const ssize_t n = ::read(file_, buffer.data(), buffer.size());
    if (n <= 0) {
      ended_ = true;
      return all;
    }
    all.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return all;
}

std::string Client::read_to_end(std::chrono::milliseconds patience) {
  return read_until({}, patience);
}

Running::Running(Setting setting) {
  common_.home = home_;
  common_.database = setting.database;
  server_ = std::make_unique<Server>(io_, common_, setting.options);
  thread_ = std::thread([this] { server_->run(); });
}

Running::~Running() {
  stop();
  wait();
}

std::unique_ptr<Client> Running::connect() const {
  const int file = connect_to_server(Home{home_});
  if (file < 0) throw std::runtime_error("no server");
  return std::make_unique<Client>(file);
}

Answered Running::ask(std::string_view method_and_target, std::string_view fields, std::string_view body) const {
  const auto client = connect();
  client->send(fmt::format("{} HTTP/1.1\r\nHost: carnet\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{}",
                           method_and_target, body.size(), fields, body));
  return answer_in(client->read_to_end());
}

std::string Running::append(std::string_view event) const {
  const Answered answer = ask("POST /events", "Content-Type: application/json\r\n", event);
  return fmt::format("{} {}", answer.status, answer.body.substr(0, answer.body.find('\n')));
}

void Running::stop() {
  boost::asio::post(io_, [this] { server_->stop(); });
}

void Running::wait() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace carnet::serve

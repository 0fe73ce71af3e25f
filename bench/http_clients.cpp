// SPDX-License-Identifier: Apache-2.0
#include "bench/http_clients.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace carnet::bench {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

void send_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// How many bytes the first answer in the text has; 0 where it is not whole yet.
std::size_t answer_size(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == text.npos) return 0;
  constexpr std::string_view field = "Content-Length: ";
  const std::size_t at = text.find(field);
  std::size_t length = 0;
  std::from_chars(text.data() + at + field.size(), text.data() + end, length);
  return text.size() >= end + 4 + length ? end + 4 + length : 0;
}

pid_t start(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 2);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  return pid;
}

}  // namespace

ServerProcess::ServerProcess(std::string program, std::string home, std::string database)
    : program_(std::move(program)), home_(std::move(home)) {
  std::vector<std::string> words{program_, "serve", "--home", home_};
  if (!database.empty()) words.insert(words.end(), {"--database", database});
  pid_ = start(words);
  for (int i = 0; i < 1000; ++i) {
    ::usleep(10'000);
    try {
      ::close(connect());
      return;
    } catch (const std::exception&) {
    }
  }
  throw std::runtime_error("the server does not start");
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  ::waitpid(start({program_, "stop", "--home", home_}), nullptr, 0);
}

int ServerProcess::connect() const {
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = home_ + "/carnet.sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(file);
    fail(path);
  }
  return file;
}

double ServerProcess::resident_mib() const {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid_));
  double total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

std::size_t ServerProcess::descriptors() const {
  const std::filesystem::directory_iterator all(fmt::format("/proc/{}/fd", pid_));
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void ServerProcess::wait_for_tables() const {
  while (ask(*this, "GET /tables").find("\"position\"") == std::string::npos) {
  }
}

std::string ask(const ServerProcess& server, std::string request_line, std::string_view fields) {
  const int file = server.connect();
  send_all(file, request_line + " HTTP/1.1\r\nHost: carnet\r\nConnection: close\r\n" + std::string{fields} + "\r\n");
  std::string answer;
  std::array<char, 1 << 16> buffer;
  for (ssize_t n = 0; (n = ::read(file, buffer.data(), buffer.size())) > 0;) answer.append(buffer.data(), n);
  ::close(file);
  const std::size_t end = answer.find("\r\n\r\n");
  return end == answer.npos ? "" : answer.substr(end + 4);
}

std::string event_request(std::string_view line) {
  return fmt::format(
      "POST /events HTTP/1.1\r\nHost: carnet\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      line.size(), line);
}

std::size_t one_at_a_time(const ServerProcess& server,
                          const std::vector<std::vector<std::string>>& requests_of_client) {
  struct Client {
    int file = -1;
    std::size_t next = 0;
    std::string answer;
  };
  std::vector<Client> clients(requests_of_client.size());
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::size_t busy = 0, refused = 0;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (requests_of_client[i].empty()) continue;
    clients[i].file = server.connect();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].file, &event);
    send_all(clients[i].file, requests_of_client[i][clients[i].next++]);
    ++busy;
  }
  std::array<epoll_event, 64> events;
  std::array<char, 4096> buffer;
  while (busy > 0) {
    const int count = ::epoll_wait(poll, events.data(), events.size(), -1);
    for (int e = 0; e < count; ++e) {
      Client& client = clients[events[static_cast<std::size_t>(e)].data.u64];
      const auto& requests = requests_of_client[events[static_cast<std::size_t>(e)].data.u64];
      const ssize_t n = ::read(client.file, buffer.data(), buffer.size());
      if (n <= 0) fail("the server closed the connection");
      client.answer.append(buffer.data(), static_cast<std::size_t>(n));
      if (answer_size(client.answer) == 0) continue;
      if (!client.answer.starts_with("HTTP/1.1 201")) ++refused;
      client.answer.clear();
      if (client.next < requests.size()) {
        send_all(client.file, requests[client.next++]);
      } else {
        ::close(client.file);
        --busy;
      }
    }
  }
  ::close(poll);
  return refused;
}

std::string stream_file(const ServerProcess& server, const std::string& file, bool receipts) {
  const int in = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (in < 0) fail(file);
  const int out = server.connect();
  send_all(out,
           fmt::format("POST /events{} HTTP/1.1\r\nHost: carnet\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                       receipts ? "" : "?refusals_only=true", std::filesystem::file_size(file)));
  ::fcntl(out, F_SETFL, O_NONBLOCK);
  std::vector<char> piece(256 << 10), answer(256 << 10);
  std::string_view rest;
  std::string tail;
  for (bool sending = true;;) {
    if (sending && rest.empty()) {
      const ssize_t n = ::read(in, piece.data(), piece.size());
      if (n < 0) fail(file);
      sending = n > 0;
      rest = {piece.data(), static_cast<std::size_t>(n)};
    }
    pollfd poll{out, static_cast<short>(POLLIN | (sending ? POLLOUT : 0)), 0};
    ::poll(&poll, 1, -1);
    if ((poll.revents & POLLOUT) != 0) {
      const ssize_t n = ::send(out, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if ((poll.revents & (POLLIN | POLLHUP)) != 0) {
      const ssize_t n = ::read(out, answer.data(), answer.size());
      if (n == 0) break;
      if (n < 0 && errno != EAGAIN) fail("read");
      if (n > 0) tail.append(answer.data(), static_cast<std::size_t>(n));
      if (tail.size() > (1 << 20)) tail.erase(0, tail.size() - 4096);
    }
  }
  ::close(in);
  ::close(out);
  const std::size_t end = tail.rfind("}\n");
  const std::size_t begin = tail.rfind('{', end);
  return end == tail.npos ? tail : tail.substr(begin, end + 1 - begin);
}

}  // namespace carnet::bench

// SPDX-License-Identifier: Apache-2.0
// A server of a test's own, in this process, and short words for talking to it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "cli/command.hpp"
#include "cli/serve/server.hpp"
#include "tests/scratch.hpp"

namespace carnet::serve {

/// One answer. Names of fields are in small letters.
struct Answered {
  int status = 0;
  std::map<std::string, std::string> fields;
  std::string body;  ///< Without chunks.
  bool is_whole = false;
};
Answered answer_in(std::string_view bytes);

/// A connection to it, blocking, that gives up after `patience`.
class Client {
 public:
  explicit Client(int file) : file_(file) {}
  ~Client();
  Client(const Client&) = delete;

  void send(std::string_view bytes) const;
  void end_output() const;
  /// What comes until that text has come, the connection ends or nothing comes for so long.
  std::string read_until(std::string_view text, std::chrono::milliseconds patience = std::chrono::seconds(5));
  std::string read_to_end(std::chrono::milliseconds patience = std::chrono::seconds(5));
  /// Whether the server closed it, as far as was read.
  bool is_ended() const { return ended_; }

 private:
  int file_;
  bool ended_ = false;
};

inline constexpr const char* no_database = "postgresql:///none?host=/nonexistent";

class Running {
 public:
  struct Setting {
    std::string database = no_database;
    Options options = {};
  };
  Running() : Running(Setting()) {}
  explicit Running(Setting);
  ~Running();  ///< Stops it.

  std::unique_ptr<Client> connect() const;
  /// One request on a connection of its own.
  Answered ask(std::string_view method_and_target, std::string_view fields = {}, std::string_view body = {}) const;
  /// POST /events of one event; the status and the body, as `201 {"line":1,...}`.
  std::string append(std::string_view event) const;
  void stop();  ///< Asks it to; returns at once.
  void wait();  ///< Until it has.

  const std::filesystem::path& home() const { return home_; }
  Server& server() { return *server_; }

 private:
  Scratch scratch_;
  std::filesystem::path home_ = scratch_.path() / "home";
  Common common_;
  boost::asio::io_context io_{1};
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace carnet::serve

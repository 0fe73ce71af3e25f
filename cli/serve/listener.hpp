// SPDX-License-Identifier: Apache-2.0
// Where connections come in.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/serve/asio.hpp"
#include "cli/serve/doors.hpp"

namespace carnet::serve {

class Server;

class Listener {
 public:
  /// Listens at the home's socket, or at what systemd hands over in its place, and at HOST:PORT each. Throws
  /// std::system_error, Usage.
  Listener(Server&, const std::vector<std::string>& listen);
  ~Listener();
  Listener(const Listener&) = delete;

  /// No further connection is taken; the socket's file goes.
  void close();

 private:
  struct Entrance;
  void open(const Door&);
  Task<> accept(std::shared_ptr<Entrance>);
  void admit(int file, const Door&);

  Server& server_;
  std::vector<std::shared_ptr<Entrance>> entrances_;
  std::filesystem::path socket_;  // that is ours to remove
};

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
// Where connections come in.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "cli/serve/asio.hpp"

namespace carnet::serve {

class Server;

class Listener {
 public:
  /// Listens at the home's socket. Throws std::system_error.
  explicit Listener(Server&);
  ~Listener();
  Listener(const Listener&) = delete;

  /// No further connection is taken; the socket's file goes.
  void close();

 private:
  struct Door;
  Task<> accept(std::shared_ptr<Door>);
  void admit(int file, const Door&);

  Server& server_;
  std::vector<std::shared_ptr<Door>> doors_;
  std::filesystem::path socket_;  // that is ours to remove
};

}  // namespace carnet::serve

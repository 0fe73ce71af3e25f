// SPDX-License-Identifier: Apache-2.0
// The sockets that the server listens at: opened here, or handed over by systemd.
#pragma once

#include <string>
#include <vector>

#include "cli/home.hpp"

namespace carnet::serve {

struct Door {
  int file;          ///< A listening socket.
  bool is_local;     ///< A Unix socket.
  bool is_loopback;  ///< Nobody but this machine comes in.
  std::string name;  ///< Its path or address.
};

/// HOST:PORT, an address or a name; [::1]:80 for IPv6. Throws Usage where it is none, std::system_error where nobody
/// can listen there.
std::vector<Door> open_tcp(const std::string& host_and_port);

/// The home's socket, ours from here on. Throws std::system_error.
Door open_local(const Home&);

/// What systemd handed over.
Door door_of(int file);

}  // namespace carnet::serve

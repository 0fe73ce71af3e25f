// SPDX-License-Identifier: Apache-2.0
// The server process of a data directory: found, started, stopped.
#pragma once

#include <filesystem>
#include <string>

#include "projector/account.hpp"
#include "projector/connection.hpp"

namespace carnet {

inline constexpr const char* server_port = "5432";  // only a part of the socket's name

/// What a running server says about itself; pid 0 where none runs.
struct Postmaster {
  pid_t pid = 0;
  std::string socket_directory;
  bool ready = false;

  static Postmaster of(const std::filesystem::path& data);
};

/// Where PostgreSQL's programs are: of the data's own major version if there is data, else the newest.
std::filesystem::path programs_for(const std::filesystem::path& data);

/// Starts the server and waits until it answers. It outlives this process. Throws DatabaseDown with the server's words.
void launch(const Account& account, const std::filesystem::path& data, const std::filesystem::path& socket_directory,
            const std::filesystem::path& log, StopFlag stop);

/// Ends its transactions and stops it; returns when it is gone.
void halt(const Postmaster& postmaster, const std::filesystem::path& data);

/// What a program complained about in a log, from an offset on, in one line.
std::string complaint(const std::filesystem::path& log, std::streamoff from);
std::streamoff size_of(const std::filesystem::path& file);  ///< 0 where there is none.

}  // namespace carnet

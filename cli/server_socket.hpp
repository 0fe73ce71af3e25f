// SPDX-License-Identifier: Apache-2.0
// Where `carnet serve` listens for the commands of the same machine, and the way there.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>

#include "cli/home.hpp"
#include "events/ledger.hpp"

namespace carnet {

/// HOME/carnet.sock; where that path is too long for a socket, one in a directory under /tmp that is the home's owner's
/// own. Touches nothing.
std::filesystem::path server_socket(const Home&);

/// Who owns the home; who asks, where there is none yet.
uid_t owner_of(const Home&);

/// A stream socket to the home's server, blocking, to be closed by the caller; -1 where no server runs. Throws
/// std::system_error where there is one that is not the home's owner's (EPERM), or that lets nobody in; ServerHangs
/// where it takes no connection within that time.
int connect_to_server(const Home&, std::chrono::milliseconds patience = std::chrono::seconds(5));

/// The server is there and does not answer.
struct ServerHangs : Locked {
  ServerHangs(const Home&, pid_t server);
};

/// Who listens at the other end; 0 where that is not known.
pid_t server_process(int connection);

/// A socket that listens there, open to its owner alone; to be called by the ledger's owner: a file that another server
/// left behind is replaced. Throws std::system_error.
int listen_at_server_socket(const Home&);

}  // namespace carnet

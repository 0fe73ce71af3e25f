// SPDX-License-Identifier: Apache-2.0
// The private PostgreSQL cluster under a home: made when first needed, reached through a socket only, running until it
// is stopped.
#pragma once

#include <filesystem>
#include <string>

#include "projector/connection.hpp"

namespace carnet {

/// HOME/postgres belongs to the home's owner, or to the account `postgres` where that is root (PostgreSQL refuses to
/// run as root), and is closed to everybody else. Who may connect is checked by the kernel (peer): the home's owner,
/// root, and the account that the server runs as.
class Cluster {
 public:
  explicit Cluster(std::filesystem::path home);  ///< Touches nothing.

  /// Makes it and starts it as needed, waits until it answers; gives the URI. Quick where it runs already. Safe against
  /// another process that does the same. Throws DatabaseDown where that fails, naming what stands in the way.
  std::string start(StopFlag stop = nullptr);

  /// Stops it, after its running transactions were ended. False where nothing ran.
  bool stop();

  bool exists() const;
  bool running() const;

  /// postgresql:///carnet?host=DIR&port=5432&user=carnet, for any client, without a password.
  std::string uri() const;
  /// The same as a role that can only SELECT.
  std::string reader_uri() const;

 private:
  std::filesystem::path home_;
};

}  // namespace carnet

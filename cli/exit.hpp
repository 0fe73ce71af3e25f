// SPDX-License-Identifier: Apache-2.0
// How the command ends: its exit status, and the exceptions that only the command knows.
#pragma once

#include <exception>
#include <stdexcept>

namespace carnet {

/// Exit statuses, for scripts. From 64 on they are those of sysexits.h where it has one.
enum class Exit : int {
  done = 0,
  failed = 1,
  some_refused = 3,
  conflicts = 12,  ///< append --where gave up: what it had matched kept changing.
  integrity = 13,  ///< What is stored is not what was written.
  usage = 64,
  all_refused = 65,  ///< Or an --atomic append.
  unavailable = 69,  ///< PostgreSQL or the server is down.
  io = 74,
  locked = 75,  ///< Another process owns the ledger; try again.
  interrupted = 130,
};

/// The command line says what cannot be done.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The home has no ledger yet.
struct NoLedger : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What is asked for is not there yet; later it may be.
struct NotYet : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `carnet serve` went away, or ended its answer before it was whole.
struct ServerDown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server says why it does not do what was asked.
struct ServerRefusal : std::runtime_error {
  ServerRefusal(Exit status, const std::string& why) : std::runtime_error(why), exit(status) {}
  Exit exit;
};

/// Whoever read standard output has gone: there is nobody left to answer.
struct BrokenPipe : std::runtime_error {
  BrokenPipe() : std::runtime_error("standard output was closed") {}
};

Exit exit_status(const std::exception&);

}  // namespace carnet

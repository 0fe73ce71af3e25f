// SPDX-License-Identifier: Apache-2.0
// Appending, as the handlers of requests see it.
#pragma once

#include <memory>

#include "cli/serve/asio.hpp"

namespace carnet::serve {

class Server;
struct Job;

/// The job with its answer. Throws Problem (503) where too much waits.
Task<std::unique_ptr<Job>> appended(Server&, std::unique_ptr<Job>);

}  // namespace carnet::serve

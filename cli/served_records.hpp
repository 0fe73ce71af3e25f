// SPDX-License-Identifier: Apache-2.0
// Records as the home's server sends them: GET /events and GET /streams/...
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/client.hpp"

namespace carnet {

/// Calls take(lines) with whole event lines, as they come, each ended by its newline. A server that ends the answer
/// because nobody took it for too long (`replay | less`) is asked for the rest. Throws as Client does.
Client::Answer read_records(const Home&, std::unique_ptr<Client>, const std::string& target, const Client::Take& take);

}  // namespace carnet

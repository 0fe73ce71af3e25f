// SPDX-License-Identifier: Apache-2.0
// What `carnet status -o json` prints.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace carnet {

/// One line; with a member `server` where its text, a JSON value, is given.
std::string status_object(const Common&, std::string_view server = {});

}  // namespace carnet

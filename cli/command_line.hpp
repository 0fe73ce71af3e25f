// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: which command, which options, and what to say where it makes no sense.
#pragma once

#include <string>
#include <vector>

#include "cli/exit.hpp"

namespace carnet {

/// Does what the arguments (without the program's name) ask for. Throws Usage, and whatever the command throws.
Exit run(const std::vector<std::string>& arguments);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The help texts, made from what each option says of itself where it is parsed.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace carnet {

/// Of the whole command, or of one of its commands.
std::string help(const CLI::App& app);

}  // namespace carnet

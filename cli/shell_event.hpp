// SPDX-License-Identifier: Apache-2.0
// `TYPE key=value...` of the shell, as the event line that it stands for.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace carnet {

/// Values are read by the member's type in the catalogue: `avion_id=7` is a number, `numero=7` a text, `key=` is null
/// and `avion.modele=A320` a member of a nested object. What the members may hold is for parse_line to judge, and so is
/// a type or a member that does not exist. Throws Usage for an argument that is not key=value.
std::string event_line(std::string_view type, std::span<const std::string> arguments);

}  // namespace carnet

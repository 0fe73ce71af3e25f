// SPDX-License-Identifier: Apache-2.0
// What `append --expect` demands of a stream.
#pragma once

#include <string_view>

#include "events/ledger.hpp"

namespace carnet {

/// "vol/AF101=3", "avion/7=exists", "vol/AF102=none". Throws Usage.
Condition condition_from(std::string_view text);

}  // namespace carnet

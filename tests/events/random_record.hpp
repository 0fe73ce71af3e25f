// SPDX-License-Identifier: Apache-2.0
// Records of every type with whatever their members may hold.
#pragma once

#include <random>
#include <vector>

#include "events/record.hpp"

namespace carnet {

/// One record of each event type, in the catalogue's order; the same seed gives the same ones. Positions follow each
/// other; checksums are 0.
std::vector<Record> random_records(std::uint64_t seed);

}  // namespace carnet

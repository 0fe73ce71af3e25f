// SPDX-License-Identifier: Apache-2.0
// Reads and decodes on a thread of its own what another one folds: the two take about as long as each other.
#pragma once

#include <functional>

#include "events/reader.hpp"

namespace carnet {

/// As Reader::scan, but `visit` runs in the caller's thread while later records are read. The reader is not to be used
/// meanwhile.
void scan_ahead(Reader&, Position from, Position to, const std::function<bool(const Record&)>& visit);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Entities as the rows of their tables.
#pragma once

#include <vector>

#include "query/value.hpp"

namespace carnet {

/// In the order of the table's columns; empty where there is no entity.
std::vector<Value> columns_of(const Entity&);

}  // namespace carnet

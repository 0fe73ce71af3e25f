// SPDX-License-Identifier: Apache-2.0
// The tables of schema.hpp in a throwaway database, filled from memory.
#pragma once

#include "projector/connection.hpp"
#include "tests/query/naive.hpp"

namespace carnet {

std::string database();  ///< The same one for all tests.
void store(Connection&, const NaiveTables&);

}  // namespace carnet

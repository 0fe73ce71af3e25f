// SPDX-License-Identifier: Apache-2.0
// What users hung on the tables of a schema, and how it comes over to the tables that replace them.
#pragma once

#include <string>
#include <vector>

#include "projector/connection.hpp"

namespace carnet {

struct Dependents {
  std::vector<std::string> inside;   ///< Views that live in the schema: they move, by name.
  std::vector<std::string> carried;  ///< Statements that make views and grants look at the new tables, once these
                                     ///< have the schema's name.
  std::vector<std::string> indexes;  ///< Statements that make users' own indexes for the successor.
  std::vector<std::string> others;   ///< What cannot come over, described.
};

/// In the caller's transaction; sets its search_path to nothing, so that the statements name every schema. The
/// successor has its own tables and indexes already, if it is there.
Dependents dependents_of(Connection&, const std::string& schema, const std::string& successor);

}  // namespace carnet

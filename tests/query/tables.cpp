// SPDX-License-Identifier: Apache-2.0
#include "tests/query/tables.hpp"

#include <fmt/format.h>

#include "projector/ddl.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {

std::string database() {
  static const std::string uri = [] {
    std::string made = ThrowawayCluster::shared().new_database();
    Connection connection{made};
    connection.exec("CREATE SCHEMA carnet; " + create_tables("carnet"));
    for (const std::string& statement : indexes("carnet")) connection.exec(statement);
    for (const std::string& statement : constraints("carnet")) connection.exec(statement);
    for (const std::string& statement : foreign_keys("carnet")) connection.exec(statement);
    return made;
  }();
  return uri;
}

void store(Connection& connection, const NaiveTables& all) {
  connection.exec("TRUNCATE carnet.avions, carnet.pilotes, carnet.vols, carnet.passagers, carnet.reservations");
  for (const Table& t : tables()) {
    const auto found = all.rows.find(t.kind);
    if (found == all.rows.end() || found->second.empty()) continue;
    std::string insert = fmt::format("INSERT INTO carnet.{} VALUES ", t.name);
    for (const NaiveRow& row : found->second) {
      insert += insert.ends_with(' ') ? "(" : ", (";
      for (const Value& v : row) insert += (is_null(v) ? "null" : literal(text(v))) + ", ";
      insert += "1)";
    }
    connection.exec(insert);
  }
}

}  // namespace carnet

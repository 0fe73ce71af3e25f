// SPDX-License-Identifier: Apache-2.0
#include "projector/ddl.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "projector/connection.hpp"
#include "projector/schema.hpp"

namespace carnet {
namespace {

// Deferred: within one window two rows may swap what is unique.
constexpr const char* unique_constraints[][3] = {
    {"pilotes", "pilotes_licence_key", "(licence)"},
    {"reservations", "reservations_siege_key", "(numero, siege)"},
};

// vols_avion answers "the flights of one avion" by itself, and finds the flight before and after; vols_avion_id is a
// sixth of its size, which is what counting the flights of each avion reads. The order of
// vols_heure_decollage is that of the latest first, those that never left last.
constexpr const char* plain_indexes[][3] = {
    {"vols", "vols_destination", "(destination)"},
    {"vols", "vols_avion",
     "(avion_id, heure_decollage, numero) INCLUDE (destination, statut, heure_creation, heure_arrivee, pilote_id)"},
    {"vols", "vols_avion_id", "(avion_id)"},
    {"vols", "vols_heure_decollage", "(heure_decollage DESC NULLS LAST, numero)"},
    {"vols", "vols_pilote", "(pilote_id, heure_decollage)"},
    {"vols", "vols_statut", "(statut)"},
    {"reservations", "reservations_passager", "(passager_id)"},
    {"avions", "avions_modele", "(modele)"},
};

std::string type_of(const Column& column) {
  switch (column.type) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::text:
      return fmt::format("varchar({})", column.max_characters);
    case ColumnType::time:
      return "timestamptz";
  }
  return "";
}

}  // namespace

std::string create_tables(const std::string& schema) {
  std::string statements;
  for (const Table& table : tables()) {
    statements += fmt::format("CREATE TABLE {}.{} (", identifier(schema), table.name);
    for (const Column& column : table.columns) {
      statements += fmt::format("{} {}{}, ", column.name, type_of(column), column.nullable ? "" : " NOT NULL");
    }
    statements += "position bigint NOT NULL DEFAULT 0);\n";  // a client that knows only the others may insert
  }
  // One row, by the index over a constant. The checksum is unsigned in the ledger; here its bits count.
  statements += fmt::format(
      "CREATE TABLE {0}.checkpoint (ledger uuid NOT NULL, position bigint NOT NULL, checksum bigint NOT NULL, "
      "schema_version integer NOT NULL);\n"
      "CREATE UNIQUE INDEX {1} ON {0}.checkpoint ((true));\n",
      identifier(schema), mark_of_carnet);
  return statements;
}

std::vector<std::string> indexes(const std::string& schema) {
  std::vector<std::string> statements;
  auto unique = [&](std::string_view table, std::string_view name, std::string_view columns) {
    return fmt::format("CREATE UNIQUE INDEX {} ON {}.{} {}", name, identifier(schema), table, columns);
  };
  for (auto table = tables().rbegin(); table != tables().rend(); ++table) {
    statements.push_back(unique(table->name, fmt::format("{}_pkey", table->name),
                                fmt::format("({})", fmt::join(table->primary_key, ", "))));
  }
  for (auto [table, name, columns] : unique_constraints) statements.push_back(unique(table, name, columns));
  for (auto [table, name, columns] : plain_indexes) {
    statements.push_back(fmt::format("CREATE INDEX {} ON {}.{} {}", name, identifier(schema), table, columns));
  }
  return statements;
}

std::vector<std::string> constraints(const std::string& schema) {
  std::vector<std::string> statements;
  for (const Table& table : tables()) {
    statements.push_back(fmt::format("ALTER TABLE {0}.{1} ADD CONSTRAINT {1}_pkey PRIMARY KEY USING INDEX {1}_pkey",
                                     identifier(schema), table.name));
  }
  for (auto [table, name, columns] : unique_constraints) {
    statements.push_back(
        fmt::format("ALTER TABLE {0}.{1} ADD CONSTRAINT {2} UNIQUE USING INDEX {2} DEFERRABLE INITIALLY DEFERRED",
                    identifier(schema), table, name));
  }
  return statements;
}

std::vector<std::string> foreign_keys(const std::string& schema) {
  std::vector<std::string> statements;
  for (const Relation& relation : relations()) {
    if (relation.many || relation.way != Relation::Way::direct) continue;
    // A vol outlives its avion and its pilote; a reservation goes with its vol or its passager.
    const Column* column = carnet::column(relation.from, relation.from_column);
    statements.push_back(fmt::format(
        "ALTER TABLE {0}.{1} ADD CONSTRAINT {1}_{2}_fkey FOREIGN KEY ({2}) REFERENCES {0}.{3} ({4}) ON DELETE {5}",
        identifier(schema), table(relation.from).name, relation.from_column, table(relation.to).name,
        relation.to_column, column->nullable ? "SET NULL" : "CASCADE"));
  }
  return statements;
}

std::string grants(const std::string& schema, const std::string& reader) {
  return fmt::format("GRANT USAGE ON SCHEMA {0} TO {1}; GRANT SELECT ON ALL TABLES IN SCHEMA {0} TO {1};",
                     identifier(schema), identifier(reader));
}

}  // namespace carnet

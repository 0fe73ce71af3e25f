// SPDX-License-Identifier: Apache-2.0
// The tables, their columns and the relations between them, listed once: from here come the DDL, the COPY lists, the
// names that a question may use and the shapes of its answers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "events/entity.hpp"

namespace carnet {

/// The schema of the projection that follows the ledger.
inline constexpr const char* projection_schema = "carnet";

enum class ColumnType : std::uint8_t { integer, text, time };

struct Column {
  std::string_view name;
  ColumnType type;
  int max_characters;  ///< Of a text; else 0.
  bool nullable;
  std::string_view note;  ///< Unit or meaning, for people.
};

struct Table {
  Kind kind;
  std::string_view name;      ///< Plural, the table's: "vols".
  std::string_view singular;  ///< "vol".
  std::span<const Column> columns;
  std::span<const std::string_view> primary_key;
};

/// How rows of one table lead to rows of another: where `from_column` of the one equals `to_column` of the other.
/// Beyond equality, `way` says what else makes the pair.
struct Relation {
  enum class Way : std::uint8_t {
    direct,     ///< from.from_column = to.to_column
    through,    ///< vols and passagers meet in reservations
    precedent,  ///< same avion, the flight before by take-off time
    suivant,    ///< same avion, the flight after
  };
  std::string_view name;  ///< As in a path: "avion", "vols", "precedent".
  Kind from, to;
  bool many;  ///< To-many: an array in answers.
  Way way;
  std::string_view from_column, to_column;
};

std::span<const Table> tables();  ///< In the order in which foreign keys allow to fill them.
const Table& table(Kind);
std::optional<Kind> entity_named(std::string_view name);  ///< "vols" or "vol".
std::span<const Relation> relations();
const Relation* relation(Kind from, std::string_view name);  ///< Null if there is none.
const Column* column(Kind, std::string_view name);           ///< Null if there is none.

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Rows of the tables and PostgreSQL's binary forms of them. The columns are those of schema.hpp, in its order, then
// `position`.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "projector/connection.hpp"
#include "projector/schema.hpp"

namespace carnet {

/// An entity as its table has it, and the position of its own stream's last record.
struct Row {
  Entity entity;
  Position position = 0;
  bool operator==(const Row&) const = default;  // but for Vol::clock, which is not a column
};

inline constexpr int max_columns = 9;  ///< Of vols, with position.
using Fields = std::array<std::optional<std::string_view>, max_columns>;

inline constexpr std::string_view copy_header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
inline constexpr std::string_view copy_trailer{"\377\377", 2};

/// Appends the row as COPY … (FORMAT binary) has it.
void append_tuple(std::string& out, const Row&);
/// The fields of a tuple of COPY. Throws DatabaseError where it is none.
Fields fields_of_tuple(std::string_view tuple);
std::int32_t integer_from(std::string_view field);
/// A field of the column at that place, as text; null stays null.
std::optional<std::string> field_text(Kind, std::size_t place, std::optional<std::string_view> field);
/// Reads a row from its fields in binary form.
Row row_from(Kind, const Fields&);

/// Rows of one table as one array a column: parameters for unnest.
class Arrays {
 public:
  explicit Arrays(Kind kind);
  void add(const Row&);
  std::size_t rows() const { return rows_; }
  std::vector<Parameter> parameters() const;

 private:
  Kind kind_;
  std::size_t rows_ = 0;
  std::array<std::string, max_columns> columns_;
};

/// The primary keys of rows of one table, likewise.
class KeyArrays {
 public:
  explicit KeyArrays(Kind kind) : kind_(kind) {}
  void add(const Stream&);
  std::size_t rows() const { return rows_; }
  std::vector<Parameter> parameters() const;

 private:
  Kind kind_;
  std::size_t rows_ = 0;
  std::array<std::string, 2> columns_;
};

Stream stream_of(const Entity&);  ///< Of an entity that is alive.

}  // namespace carnet

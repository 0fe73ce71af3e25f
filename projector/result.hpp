// SPDX-License-Identifier: Apache-2.0
// What goes into a statement, and what comes out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace carnet {

/// A parameter $n: its type's oid (0: the server infers it), its bytes or null, as text or in PostgreSQL's binary form.
struct Parameter {
  std::uint32_t type = 0;
  std::optional<std::string> value;
  bool binary = false;
};

/// What a statement gave: rows of columns, null or bytes (text unless binary was asked for).
class Result {
 public:
  explicit Result(pg_result* result);
  int rows() const;
  int columns() const;
  std::optional<std::string_view> at(int row, int column) const;  ///< Valid as long as the result.
  std::string_view text(int row, int column) const { return at(row, column).value_or(""); }
  long long number(int row, int column) const;  ///< Of a text result; 0 if null.
  long long affected() const;                   ///< Rows inserted, updated, deleted or copied.

 private:
  std::shared_ptr<pg_result> result_;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Answers as people and programs read them: -o table, ndjson, json or csv.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/output.hpp"
#include "query/session.hpp"

namespace carnet {

enum class Format : std::uint8_t { table, ndjson, json, csv };

std::optional<Format> format_named(std::string_view name);

/// What the answer is shown on.
struct Screen {
  bool terminal = false;
  bool colour = false;
  std::size_t columns = 80;  ///< Of a terminal.
  std::size_t lines = 24;
};

/// Standard output, as it is: a terminal or not, its size, NO_COLOR.
Screen standard_screen();

/// Takes the rows of one answer in order. Rows are written as they come; a table holds the first thousand back, to know
/// how wide its columns are.
class Printer {
 public:
  virtual ~Printer() = default;
  virtual void row(const Tuple&) = 0;
  virtual void end() = 0;  ///< After the last row; flushes.
};

/// `shape` and `output` outlive the answer.
std::unique_ptr<Printer> printer(Format, const TupleShape& shape, Output& output, const Screen& screen);

/// A row as a JSON object, relations nested in it.
void append_json(std::string& out, const TupleShape&, const Tuple&);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Event lines out of a body, before they are parsed: cut from the pieces in which it comes, or from a JSON array.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake.hpp"

namespace carnet::serve {

/// Lines that are not blank, with their numbers.
class RawLines {
 public:
  void add(std::uint64_t number, std::string_view line);
  void add_too_long(std::uint64_t number);

  bool empty() const { return lines_.empty(); }
  std::size_t size() const { return lines_.size(); }
  std::size_t bytes() const { return text_.size(); }
  std::uint64_t first_number() const { return lines_.front().number; }
  std::uint64_t last_number() const { return lines_.back().number; }

  Batch parsed() const;

 private:
  struct Line {
    std::uint64_t number;
    std::size_t begin, length;
    bool too_long;
  };
  std::string text_;
  std::vector<Line> lines_;
};

/// Cuts NDJSON as LineSource does: CR LF will do, a byte order mark is passed over, what is longer than max_line_bytes
/// is skipped in memory that does not grow.
class LineCutter {
 public:
  void take(std::string_view piece, RawLines& to);
  void end(RawLines& to);  ///< The last line may lack its newline.
  std::uint64_t next_number() const { return number_ + 1; }

 private:
  void line(std::string_view text, RawLines& to);

  std::string rest_;  // of a line that is not whole yet
  bool too_long_ = false;
  std::uint64_t number_ = 0;
};

/// The elements of a JSON array, numbered from 1. What is no array is a Problem (400); what its elements are is not
/// looked at.
RawLines lines_of_array(std::string_view json);

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/raw_lines.hpp"

#include <fmt/format.h>

#include "cli/serve/problem.hpp"

namespace carnet::serve {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view white = " \t\r\n";

/// Where the value that begins here ends: at the comma or bracket of the array that it is in.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  for (bool quoted = false; at < json.size(); ++at) {
    const char c = json[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      return at;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return json.npos;
}

}  // namespace

void RawLines::add(std::uint64_t number, std::string_view line) {
  lines_.push_back({number, text_.size(), line.size(), false});
  text_ += line;
}

void RawLines::add_too_long(std::uint64_t number) {
  lines_.push_back({number, text_.size(), 0, true});
}

Batch RawLines::parsed() const {
  Batch batch;
  batch.entries.reserve(lines_.size());
  batch.lines.reserve(lines_.size());
  for (const Line& line : lines_) {
    if (line.too_long) {
      batch.add_too_long(0, line.number);
    } else {
      batch.add(0, line.number, std::string_view{text_}.substr(line.begin, line.length), false);
    }
  }
  return batch;
}

void LineCutter::take(std::string_view piece, RawLines& to) {
  for (std::size_t end = piece.find('\n'); end != piece.npos; end = piece.find('\n')) {
    if (rest_.empty() && !too_long_) {
      line(piece.substr(0, end), to);
    } else {
      if (!too_long_) rest_ += piece.substr(0, end);
      line(rest_, to);
      rest_.clear();
    }
    piece.remove_prefix(end + 1);
  }
  if (!too_long_) rest_ += piece;
  if (rest_.size() > max_line_bytes + 1) {  // one more for a CR
    too_long_ = true;
    std::string().swap(rest_);
  }
}

void LineCutter::end(RawLines& to) {
  if (!rest_.empty() || too_long_) line(rest_, to);
  rest_.clear();
}

void LineCutter::line(std::string_view text, RawLines& to) {
  ++number_;
  if (number_ == 1 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (std::exchange(too_long_, false) || text.size() > max_line_bytes) {
    to.add_too_long(number_);
  } else if (text.find_first_not_of(white) != text.npos) {
    to.add(number_, text);
  }
}

RawLines lines_of_array(std::string_view json) {
  const Problem not_one(400, "the body is not one JSON array");
  RawLines lines;
  std::size_t at = json.find_first_not_of(white);
  if (at == json.npos || json[at] != '[') throw not_one;
  const std::size_t first = json.find_first_not_of(white, at + 1);
  if (first != json.npos && json[first] == ']') {
    at = first;
  } else {
    for (std::uint64_t number = 1; at < json.size() && json[at] != ']'; ++number) {
      const std::size_t end = end_of_value(json, at + 1);
      if (end == json.npos) throw not_one;
      const std::string_view value = json.substr(at + 1, end - at - 1);
      if (value.size() > max_line_bytes) {
        lines.add_too_long(number);
      } else {
        lines.add(number, value);
      }
      at = end;
    }
  }
  if (json.find_first_not_of(white, at + 1) != json.npos) throw not_one;
  return lines;
}

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
// One JSON object, read strictly: UTF-8, no lone surrogates, no duplicate members, bounded depth. Numbers keep their
// text, so that one too large for any column is a bad value and not a syntax error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carnet::json {

enum class Kind : std::uint8_t { null, boolean, integer, number, text, array, object };

/// A value and, where it is an object's member, its name. Views last until the next parse.
struct Value {
  std::string_view name;
  Kind kind = Kind::null;
  std::string_view text;     ///< Of a text, unescaped; of a number, as written.
  std::int64_t integer = 0;  ///< Of an integer that fits; 0 or 1 of a boolean.
  std::size_t end = 0;       ///< Index of the value behind this one and all that it holds.
};

/// Reads one line after another, keeping its memory.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(const Parser&) = delete;

  /// Null, or what is wrong with the text as one JSON object.
  std::optional<std::string> parse(std::string_view text);

  /// The values of the last good parse, each before what it holds; the first is the whole object.
  const Value& operator[](std::size_t index) const;

  /// Calls visit(value, index) for each member of the object at the index.
  template <class Visit>
  void each(std::size_t object, Visit&& visit) const {
    for (std::size_t i = object + 1; i < (*this)[object].end; i = (*this)[i].end) visit((*this)[i], i);
  }

  /// The value at the index as JSON text, without white space, members in the order given.
  std::string text_of(std::size_t index) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Appends the text as a JSON string with its quotes; UTF-8 stays as it is.
void append_quoted(std::string& out, std::string_view text);

}  // namespace carnet::json

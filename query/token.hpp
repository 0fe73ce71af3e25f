// SPDX-License-Identifier: Apache-2.0
// The words of an EXPR, one after another.
#pragma once

#include <string>
#include <string_view>

#include "query/expr.hpp"

namespace carnet {

struct Token {
  enum class Kind : std::uint8_t { end, name, number, text, symbol };
  Kind kind = Kind::end;
  Place place;
  std::string value;  ///< A name in lower case, as SQL reads it; a text without its quotes; a symbol: "<=".

  bool is(std::string_view name_or_symbol) const {
    return (kind == Kind::name || kind == Kind::symbol) && value == name_or_symbol;
  }
};

/// Reads the token at `offset` (white space skipped) and moves behind it. Throws QuestionError at what is none.
Token next_token(std::string_view text, std::size_t& offset);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "query/token.hpp"

#include <fmt/format.h>

#include <array>

namespace carnet {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
/// Bytes beyond ASCII too: an accented word without quotes is then named whole in the message.
bool word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '_' || static_cast<signed char>(c) < 0;
}

constexpr std::array<std::string_view, 13> symbols{"<=", ">=", "<>", "!=", "<", ">", "=", "(", ")", ",", "-", "+", "?"};

/// What people who know other languages write.
std::string_view meant(char c) {
  switch (c) {
    case '`':
      return " (a name stands without quotes)";
    case '&':
      return " (write and)";
    case '|':
      return " (write or)";
    case '!':
      return " (write not, or <>)";
    default:
      return "";
  }
}

std::size_t number_end(std::string_view text, std::size_t i) {
  while (i < text.size() && digit(text[i])) ++i;
  if (i < text.size() && text[i] == '.') ++i;
  while (i < text.size() && digit(text[i])) ++i;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::size_t exponent = i + 1;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    if (exponent < text.size() && digit(text[exponent])) {
      while (exponent < text.size() && digit(text[exponent])) ++exponent;
      i = exponent;
    }
  }
  return i;
}

Token quoted(std::string_view text, std::size_t& offset) {
  Token token{Token::Kind::text, {offset, 0}, {}};
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (text[i] == '\'') {
      if (i + 1 == text.size() || text[i + 1] != '\'') {
        token.place.length = i + 1 - offset;
        offset = i + 1;
        return token;
      }
      ++i;
    }
    token.value += text[i];
  }
  throw QuestionError("this text does not end (close it with ', write '' for a ' in it)",
                      {offset, text.size() - offset});
}

}  // namespace

Token next_token(std::string_view text, std::size_t& offset) {
  while (offset < text.size() && space(text[offset])) ++offset;
  if (offset == text.size()) return {Token::Kind::end, {offset, 0}, {}};
  const char c = text[offset];
  if (c == '\'') return quoted(text, offset);
  if (c == '"') throw QuestionError("a text is written in single quotes, and a name in none", {offset, 1});

  const std::size_t start = offset;
  const auto take = [&](Token::Kind kind, std::size_t end) {
    offset = end;
    return Token{kind, {start, end - start}, std::string{text.substr(start, end - start)}};
  };
  if (digit(c) || (c == '.' && start + 1 < text.size() && digit(text[start + 1]))) {
    const std::size_t end = number_end(text, start);
    if (end < text.size() && word(text[end])) {
      std::size_t last = end;
      while (last < text.size() && word(text[last])) ++last;
      throw QuestionError("this is no number (a text is written in single quotes)", {start, last - start});
    }
    return take(Token::Kind::number, end);
  }
  if (word(c)) {
    std::size_t end = start;
    while (end < text.size() && (word(text[end]) || text[end] == '.')) ++end;
    Token name = take(Token::Kind::name, end);
    for (char& letter : name.value) {
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return name;
  }
  for (std::string_view symbol : symbols) {
    if (text.substr(start).starts_with(symbol)) return take(Token::Kind::symbol, start + symbol.size());
  }
  throw QuestionError(fmt::format("this character has no meaning here{}", meant(c)), {start, 1});
}

}  // namespace carnet

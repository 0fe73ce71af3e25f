// SPDX-License-Identifier: Apache-2.0
#include "query/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/names.hpp"
#include "query/token.hpp"

namespace carnet {
namespace {

using Op = Expr::Op;

constexpr int max_depth = 200;  // of parentheses and nots: the parser's stack, and PostgreSQL's

/// Recursive descent, loosest first: or, and, not, predicate, minus, primary. Conditions and values share one grammar,
/// so that parentheses may hold either; the makers of Expr refuse what does not fit.
class Parser {
 public:
  /// What the text holds: operands, in which an aggregate may have a place, or conditions over them.
  enum class Of : std::uint8_t { rows, groups, conditions, conditions_of_groups };

  Parser(Kind from, std::string_view text, Of of, std::span<const Expr> literals)
      : from_(from),
        text_(text),
        aggregates_(of == Of::groups || of == Of::conditions_of_groups),
        texts_(of == Of::conditions || of == Of::conditions_of_groups),
        literals_(literals) {
    advance();
  }

  Expr disjunction() { return chain("or", any_of, &Parser::conjunction); }
  Expr value();
  std::vector<Sort> sorts();
  std::vector<Path> relations();
  std::vector<Expr> values();

  bool accept(std::string_view word) {
    if (!token_.is(word)) return false;
    advance();
    return true;
  }
  void expect_end() const {
    if (token_.kind == Token::Kind::end && !literals_.empty()) unexpected("there are more values than ?");
    if (token_.kind != Token::Kind::end) unexpected("and, or, or the end was expected");
  }

 private:
  Expr chain(std::string_view word, Expr (*join)(std::vector<Expr>), Expr (Parser::*part)());
  Expr conjunction() { return chain("and", all_of, &Parser::inversion); }
  Expr inversion();
  Expr predicate();
  Expr primary();
  Expr name();
  Expr list(Expr subject, bool negated);

  void advance() { token_ = next_token(text_, offset_); }
  void expect(std::string_view symbol, std::string_view why) {
    if (!accept(symbol)) unexpected(why);
  }
  [[noreturn]] void unexpected(std::string_view what) const {
    throw QuestionError(
        fmt::format("{}, {}", token_.kind == Token::Kind::end ? "it ends too early" : "unexpected", what),
        token_.place);
  }

  Kind from_;
  std::string_view text_;
  bool aggregates_, texts_;
  std::span<const Expr> literals_;  ///< For the ? to come.
  std::size_t offset_ = 0;
  int depth_ = 0;
  Token token_;
};

Expr Parser::chain(std::string_view word, Expr (*join)(std::vector<Expr>), Expr (Parser::*part)()) {
  Expr first = (this->*part)();
  if (!token_.is(word)) return first;
  std::vector<Expr> parts;
  parts.push_back(std::move(first));
  while (accept(word)) parts.push_back((this->*part)());
  return join(std::move(parts));
}

Expr Parser::inversion() {
  if (!token_.is("not")) return predicate();
  if (++depth_ > max_depth) throw QuestionError("nested too deeply", token_.place);
  advance();
  Expr inverted = negation(inversion());
  --depth_;
  return inverted;
}

Expr Parser::predicate() {
  struct Comparison {
    std::string_view symbol;
    Op op;
  };
  static constexpr std::array comparisons{
      Comparison{"=", Op::equal},          Comparison{"<>", Op::not_equal},  Comparison{"!=", Op::not_equal},
      Comparison{"<", Op::less},           Comparison{"<=", Op::less_equal}, Comparison{">", Op::greater},
      Comparison{">=", Op::greater_equal},
  };
  Expr subject = value();
  for (const Comparison& c : comparisons) {
    if (!accept(c.symbol)) continue;
    if (c.op == Op::equal && token_.is("=")) unexpected("equal is written with one =");
    return compare(c.op, std::move(subject), value());
  }
  if (accept("is")) {
    const bool negated = accept("not");
    expect("null", "`is` goes with null or not null");
    return is_null(std::move(subject), negated);
  }
  const bool negated = accept("not");
  if (accept("like")) return like(Op::like, std::move(subject), value(), negated);
  if (accept("ilike")) return like(Op::ilike, std::move(subject), value(), negated);
  if (accept("in")) return list(std::move(subject), negated);
  if (accept("between")) {
    Expr low = value();
    expect("and", "between goes with two values: between A and B");
    return between(std::move(subject), std::move(low), value(), negated);
  }
  if (negated) unexpected("not goes with like, ilike, in or between here");
  return subject;
}

Expr Parser::list(Expr subject, bool negated) {
  expect("(", "in goes with a list: in (A, B)");
  std::vector<Expr> literals;
  do literals.push_back(primary());
  while (accept(","));
  expect(")", ", or ) was expected");
  return in(std::move(subject), std::move(literals), negated);
}

Expr Parser::value() {
  Expr left = primary();
  if (!accept("-")) return left;
  return difference(std::move(left), primary());
}

Expr Parser::primary() {
  const Token token = token_;
  switch (token.kind) {
    case Token::Kind::text:
      advance();
      return constant(token.value, token.place);
    case Token::Kind::number:
      advance();
      if (auto number = number_literal(token.value)) return constant(std::move(*number), token.place);
      throw QuestionError("this number is out of range", token.place);
    case Token::Kind::name:
      return name();
    case Token::Kind::symbol:
    case Token::Kind::end:
      break;
  }
  if (accept("(")) {
    if (++depth_ > max_depth) throw QuestionError("nested too deeply", token.place);
    Expr inner = disjunction();
    expect(")", ") was expected");
    --depth_;
    return inner;
  }
  if (accept("?")) {
    if (literals_.empty()) throw QuestionError("there is no value for this", token.place);
    Expr given = literals_.front();
    literals_ = literals_.subspan(1);
    if (given.op != Op::literal) throw QuestionError("? stands for a value", token.place);
    given.place = token.place;
    return given;
  }
  if (accept("-") || accept("+")) {
    const Token number = token_;
    if (number.kind != Token::Kind::number) unexpected("a number was expected");
    advance();
    if (auto signed_number = number_literal(token.value + number.value))
      return constant(std::move(*signed_number),
                      {token.place.offset, number.place.offset + number.place.length - token.place.offset});
    throw QuestionError("this number is out of range", number.place);
  }
  unexpected("a path, a literal or ( was expected");
}

Expr Parser::name() {
  struct Named {
    std::string_view name;
    Expr::Function function;
  };
  using enum Expr::Function;
  static constexpr std::array functions{Named{"count", count}, Named{"sum", sum}, Named{"avg", avg}, Named{"min", min},
                                        Named{"max", max}};
  static constexpr std::array<std::string_view, 9> reserved{"and", "or",   "not",   "in",     "like",
                                                            "is",  "null", "ilike", "between"};
  const Token token = token_;
  if (token.value == "null") throw QuestionError("null is equal to nothing (write `is null`)", token.place);
  if (std::ranges::find(reserved, token.value) != reserved.end()) unexpected("a path or a literal was expected");
  advance();
  const auto* found = std::ranges::find(functions, token.value, &Named::name);
  const bool calls = token_.is("(");
  if (found == functions.end() || !(calls || found->function == count)) {
    if (calls)
      throw QuestionError(fmt::format("there is no function {} (there are count, sum, avg, min, max)", token.value),
                          token.place);
    return path(from_, token.value, token.place, texts_);
  }
  if (!aggregates_)
    throw QuestionError("an aggregate says something of a group, not of a row (it belongs in --having)", token.place);
  if (!calls) return aggregate(count, std::nullopt, false, token.place);
  advance();
  const bool distinct = accept("distinct");
  Expr operand = value();
  const Place place{token.place.offset, token_.place.offset + token_.place.length - token.place.offset};
  expect(")", ") was expected");
  return aggregate(found->function, std::move(operand), distinct, place);
}

std::vector<Expr> Parser::values() {
  std::vector<Expr> all;
  do {
    all.push_back(value());
    if (all.back().op != Op::path && all.back().op != Op::difference)
      throw QuestionError("a path was expected here, or one time minus another", all.back().place);
    if (all.back().op == Op::path && !all.back().path.column)
      throw QuestionError(fmt::format("{} is a relation: name one of its columns", text(all.back())), all.back().place);
  } while (accept(","));
  return all;
}

std::vector<Sort> Parser::sorts() {
  std::vector<Sort> all;
  do {
    const bool descending = accept("-");
    if (!descending) accept("+");
    all.push_back({value(), descending});
    const Expr& by = all.back().by;
    if (token_.is("desc") || token_.is("asc"))
      throw QuestionError(fmt::format("descending is written -{0}, ascending {0}", text(by)), token_.place);
    if (by.op == Op::literal || by.type == Type::condition)
      throw QuestionError("a column, one time minus another, or an aggregate was expected here", by.place);
  } while (accept(","));
  return all;
}

std::vector<Path> Parser::relations() {
  std::vector<Path> all;
  do {
    const Token token = token_;
    if (token.kind != Token::Kind::name) unexpected("a relation was expected");
    advance();
    all.push_back(resolve(from_, token.value, token.place));
    if (all.back().column) throw QuestionError(fmt::format("{} is a column, not a relation", token.value), token.place);
  } while (accept(","));
  return all;
}

/// Runs one of the parser's rules over the whole text; errors get the text that their place is in.
template <class Rule>
auto parse(Kind from, std::string_view text, Parser::Of of, Rule rule, std::span<const Expr> literals = {}) {
  try {
    Parser parser{from, text, of, literals};
    auto result = rule(parser);
    parser.expect_end();
    return result;
  } catch (QuestionError& error) {
    error.text = text;
    throw;
  }
}

Expr whole_condition(Parser& parser) {
  std::vector<Expr> one;
  one.push_back(parser.disjunction());
  return all_of(std::move(one));  // refuses what is not a condition
}

}  // namespace

Expr parse_condition(Kind from, std::string_view text, std::span<const Expr> literals) {
  return parse(from, text, Parser::Of::conditions, whole_condition, literals);
}

Expr parse_having(Kind from, std::string_view text) {
  return parse(from, text, Parser::Of::conditions_of_groups, whole_condition);
}

std::vector<Expr> parse_operands(Kind from, std::string_view commas) {
  return parse(from, commas, Parser::Of::rows, [](Parser& parser) { return parser.values(); });
}

std::vector<Sort> parse_sort(Kind from, std::string_view commas) {
  return parse(from, commas, Parser::Of::groups, [](Parser& parser) { return parser.sorts(); });
}

std::vector<Path> parse_relations(Kind from, std::string_view commas) {
  return parse(from, commas, Parser::Of::rows, [](Parser& parser) { return parser.relations(); });
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Conditions and operands over the dotted paths of one entity: names resolved, types checked, literals of the type that
// they are compared with. Made here and nowhere else, by the parser and by C++ alike.
#pragma once

#include <optional>
#include <stdexcept>
#include <vector>

#include "projector/schema.hpp"
#include "query/value.hpp"

namespace carnet {

/// Bytes of the text that an expression was read from.
struct Place {
  std::size_t offset = 0, length = 0;
};

/// The question cannot be asked: says what was found, what is known there and the nearest match.
struct QuestionError : std::runtime_error {
  explicit QuestionError(const std::string& what, Place at = {}) : runtime_error(what), place(at) {}
  Place place;
  std::string text;    ///< That the place is in; empty where the question was not read from a text.
  std::string clause;  ///< Which part of the question the text is, by whoever asked for it to be read: "--where".
};

/// From an entity along its relations to a column, or to a relation's rows where `column` is null.
struct Path {
  Kind from = Kind::vol;
  std::vector<const Relation*> steps;
  const Column* column = nullptr;

  Kind to() const { return steps.empty() ? from : steps.back()->to; }
  /// How many steps lead up to the last to-many relation, that one included; 0 where every relation is to-one.
  std::size_t many_steps() const;
};

std::string text(const Path&);  ///< "avion.modele"

Type type_of(const Column&);

inline constexpr std::size_t max_steps = 8;  ///< Of a path.

struct Expr {
  enum class Op : std::uint8_t {
    path,
    literal,
    difference,  ///< Of two times.
    aggregate,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    like,
    ilike,
    in,       ///< The first operand in the others, which are literals.
    between,  ///< The first operand from the second to the third.
    is_null,
    all_of,
    any_of,
    negation,
  };
  enum class Function : std::uint8_t { count, sum, avg, min, max };

  Op op = Op::literal;
  Type type = Type::condition;
  bool negated = false;  ///< not like, not in, not between, is not null.
  Place place;
  Path path;
  Value value;                          ///< Of a literal; never null.
  Function function = Function::count;  ///< Of an aggregate; its operand, if any, is operands[0].
  bool distinct = false;
  std::vector<Expr> operands;

  bool is_predicate() const { return op >= Op::equal && op <= Op::is_null; }
};

/// Calls visit with the expression and all that it is made of.
template <class Visit>
void each_part(const Expr& e, const Visit& visit) {
  visit(e);
  for (const Expr& operand : e.operands) each_part(operand, visit);
}

std::string text(const Expr&);  ///< An operand as it is written: "avg(avion.vitesse_max)".

// Each of these throws QuestionError where the parts do not fit; conditions are those of SQL, over three truth values.
// A predicate with to-many paths holds where there are related rows for which it holds.
Expr path(Kind from, std::string_view dotted, Place = {}, bool text_here = false);
Expr constant(Value, Place = {});
Expr difference(Expr, Expr);
Expr aggregate(Expr::Function, std::optional<Expr> operand, bool distinct = false, Place = {});
Expr compare(Expr::Op, Expr, Expr);
Expr like(Expr::Op, Expr, Expr pattern, bool negated = false);
Expr in(Expr, std::vector<Expr> literals, bool negated = false);
Expr between(Expr, Expr from, Expr to, bool negated = false);
Expr is_null(Expr path, bool negated = false);
Expr all_of(std::vector<Expr>);
Expr any_of(std::vector<Expr>);
Expr negation(Expr);

}  // namespace carnet

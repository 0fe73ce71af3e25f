// SPDX-License-Identifier: Apache-2.0
// Conditions written in C++, after `using namespace carnet::paths`:
// `vol("avion.modele") == "A320-232" && !vol("passagers.nom").ilike("%dupont%")`.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string_view>

#include "query/expr.hpp"

namespace carnet {

/// A path, a difference of two, or a value to compare with. What does not fit throws QuestionError, as in a text.
class Operand {
 public:
  Operand(Expr expr) : expr_(std::move(expr)) {}
  Operand(const char* text) : expr_(constant(std::string{text})) {}
  Operand(std::string_view text) : expr_(constant(std::string{text})) {}
  Operand(const std::string& text) : expr_(constant(text)) {}
  Operand(std::integral auto number) : expr_(constant(static_cast<std::int64_t>(number))) {}
  Operand(double number) : expr_(constant(number)) {}
  Operand(Time time) : expr_(constant(time)) {}
  template <class Rep, class Period>
  Operand(std::chrono::duration<Rep, Period> time) : expr_(constant(std::chrono::duration_cast<Duration>(time))) {}
  Operand(Statut statut) : expr_(constant(std::string{text(statut)})) {}

  Expr like(std::string_view pattern) const { return matching(Expr::Op::like, pattern); }
  Expr ilike(std::string_view pattern) const { return matching(Expr::Op::ilike, pattern); }
  Expr in(std::initializer_list<Operand> values) const {
    std::vector<Expr> literals;
    for (const Operand& value : values) literals.push_back(value.expr_);
    return carnet::in(expr_, std::move(literals));
  }
  Expr between(const Operand& low, const Operand& high) const { return carnet::between(expr_, low.expr_, high.expr_); }
  Expr is_null() const { return carnet::is_null(expr_); }
  Expr is_not_null() const { return carnet::is_null(expr_, true); }

  const Expr& expr() const { return expr_; }

  friend Operand operator-(const Operand& a, const Operand& b) { return difference(a.expr_, b.expr_); }
  friend Expr operator==(const Operand& a, const Operand& b) { return compare(Expr::Op::equal, a.expr_, b.expr_); }
  friend Expr operator!=(const Operand& a, const Operand& b) { return compare(Expr::Op::not_equal, a.expr_, b.expr_); }
  friend Expr operator<(const Operand& a, const Operand& b) { return compare(Expr::Op::less, a.expr_, b.expr_); }
  friend Expr operator<=(const Operand& a, const Operand& b) { return compare(Expr::Op::less_equal, a.expr_, b.expr_); }
  friend Expr operator>(const Operand& a, const Operand& b) { return compare(Expr::Op::greater, a.expr_, b.expr_); }
  friend Expr operator>=(const Operand& a, const Operand& b) {
    return compare(Expr::Op::greater_equal, a.expr_, b.expr_);
  }

 private:
  Expr matching(Expr::Op op, std::string_view pattern) const {
    return carnet::like(op, expr_, constant(std::string{pattern}));
  }
  Expr expr_;
};

inline Expr operator&&(Expr a, Expr b) {
  return all_of({std::move(a), std::move(b)});
}
inline Expr operator||(Expr a, Expr b) {
  return any_of({std::move(a), std::move(b)});
}
inline Expr operator!(Expr e) {
  return negation(std::move(e));
}

/// The dotted paths that begin at an entity.
struct Paths {
  Kind from;
  Operand operator()(std::string_view dotted) const { return path(from, dotted); }
};

/// To be named by a using directive: the words are short, and make good local names elsewhere.
namespace paths {
inline constexpr Paths avion{Kind::avion}, pilote{Kind::pilote}, vol{Kind::vol}, passager{Kind::passager},
    reservation{Kind::reservation};
}  // namespace paths

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "query/expr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "events/nearest.hpp"
#include "query/names.hpp"

namespace carnet {
namespace {

using Op = Expr::Op;

bool numeric(Type type) {
  return type == Type::integer || type == Type::real;
}

Place around(const Expr& first, const Expr& last) {
  return {first.place.offset, std::max(last.place.offset + last.place.length, first.place.offset) - first.place.offset};
}

/// A value that can be compared: not a condition, not a relation.
void need_value(const Expr& e) {
  if (e.op == Op::path && !e.path.column)
    throw QuestionError(
        fmt::format("{} is a relation: name one of its columns, or ask whether it is null", text(e.path)), e.place);
  if (e.type == Type::condition) throw QuestionError("a value was expected here, not a condition", e.place);
}

void need_condition(const Expr& e) {
  if (e.type != Type::condition || e.op == Op::path)
    throw QuestionError(fmt::format("{} alone is not a condition (compare it: = <> < <= > >= like in between is null)",
                                    e.op == Op::literal ? "a literal" : text(e)),
                        e.place);
}

/// Makes the literal one of the type, or says what would do.
void convert(Expr& e, Type type, const std::string& like_what) {
  if (e.op != Op::literal || e.type == type || (numeric(e.type) && numeric(type))) return;
  const auto refuse = [&](std::string_view what_would_do) {
    throw QuestionError(
        fmt::format("{} is {}, {} is {} ({})", like_what, text(type), text(e), text(e.type), what_would_do), e.place);
  };
  const auto* written = std::get_if<std::string>(&e.value);
  switch (type) {
    case Type::integer:
    case Type::real:
      if (const auto number = written ? number_literal(*written) : std::nullopt) {
        e.value = *number;
        e.type = std::holds_alternative<double>(*number) ? Type::real : Type::integer;
        return;
      }
      refuse("write a number");
      break;
    case Type::time:
      if (const auto time = written ? time_literal(*written) : std::nullopt) {
        e.value = *time;
        break;
      }
      refuse("write a time as '2026-11-22T10:05:00Z' or '2026-11-22'");
      break;
    case Type::duration:
      if (const auto duration = written ? duration_literal(*written) : std::nullopt) {
        e.value = *duration;
        break;
      }
      refuse("write a duration as '2 hours 30 minutes' or '02:30'");
      break;
    case Type::text:
      refuse("put it in single quotes");
      break;
    case Type::condition:
    case Type::decimal:
    case Type::json:
      break;
  }
  e.type = type;
}

/// Makes literals of the type of what they are compared with; refuses what cannot be compared.
void agree(std::vector<Expr>& operands) {
  for (const Expr& e : operands) need_value(e);
  auto leader = std::ranges::find_if(operands, [](const Expr& e) { return e.op != Op::literal; });
  if (leader == operands.end()) leader = operands.begin();
  const Type type = leader->type;
  const std::string name = text(*leader);
  for (Expr& e : operands) {
    convert(e, type, name);
    if (e.type != type && !(numeric(e.type) && numeric(type)))
      throw QuestionError(
          fmt::format("{} is {}, {} is {}: they cannot be compared", name, text(type), text(e), text(e.type)), e.place);
  }
}

/// A statut is one of six: another one would silently match nothing.
void check_statuts(const std::vector<Expr>& operands) {
  static constexpr std::array all{Statut::prevu,   Statut::retarde, Statut::en_vol,
                                  Statut::deroute, Statut::atterri, Statut::annule};
  const Column* statut = column(Kind::vol, "statut");
  if (std::ranges::none_of(operands, [&](const Expr& e) { return e.op == Op::path && e.path.column == statut; }))
    return;
  std::vector<std::string_view> known;
  for (Statut s : all) known.push_back(text(s));
  for (const Expr& e : operands) {
    const auto* word = std::get_if<std::string>(&e.value);
    if (e.op == Op::literal && word && !statut_from(*word))
      throw QuestionError(fmt::format("{} is no statut{}", text(e), hint(*word, known, "they are")), e.place);
  }
}

Expr condition(Op op, std::vector<Expr> operands, bool negated = false) {
  Expr e;
  e.op = op;
  e.negated = negated;
  if (!operands.empty()) e.place = around(operands.front(), operands.back());
  e.operands = std::move(operands);
  return e;
}

Expr chain(Op op, std::vector<Expr> conditions) {
  for (const Expr& e : conditions) need_condition(e);
  if (conditions.size() == 1) return std::move(conditions.front());
  return condition(op, std::move(conditions));
}

constexpr std::array<std::string_view, 5> function_names{"count", "sum", "avg", "min", "max"};

}  // namespace

std::size_t Path::many_steps() const {
  for (std::size_t n = steps.size(); n > 0; --n) {
    if (steps[n - 1]->many) return n;
  }
  return 0;
}

Type type_of(const Column& c) {
  return c.type == ColumnType::integer ? Type::integer : c.type == ColumnType::text ? Type::text : Type::time;
}

std::string text(const Path& path) {
  std::string out;
  for (const Relation* r : path.steps) out.append(r->name).append(".");
  if (path.column) return out.append(path.column->name);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string text(const Expr& e) {
  switch (e.op) {
    case Op::path:
      return text(e.path);
    case Op::literal:
      return e.type == Type::integer || e.type == Type::real ? text(e.value) : "'" + text(e.value) + "'";
    case Op::difference:
      return text(e.operands[0]) + " - " + text(e.operands[1]);
    case Op::aggregate: {
      const std::string_view name = function_names[static_cast<std::size_t>(e.function)];
      if (e.operands.empty()) return std::string{name};
      return fmt::format("{}({}{})", name, e.distinct ? "distinct " : "", text(e.operands[0]));
    }
    default:
      return "a condition";
  }
}

Expr path(Kind from, std::string_view dotted, Place place, bool text_here) {
  Expr e;
  e.op = Op::path;
  e.place = place;
  e.path = resolve(from, dotted, place, text_here);
  if (e.path.column) e.type = type_of(*e.path.column);
  return e;
}

Expr constant(Value value, Place place) {
  static constexpr std::array types{Type::condition, Type::integer, Type::real, Type::text, Type::time, Type::duration};
  if (is_null(value)) throw QuestionError("null is equal to nothing (ask `is null`)", place);
  if (const auto* word = std::get_if<std::string>(&value); word && !storable(*word))
    throw QuestionError("a text is UTF-8 without NUL", place);
  Expr e;
  e.op = Op::literal;
  e.place = place;
  e.type = types[value.index()];
  e.value = std::move(value);
  return e;
}

Expr difference(Expr a, Expr b) {
  std::vector<Expr> operands;
  operands.push_back(std::move(a));
  operands.push_back(std::move(b));
  for (Expr& e : operands) {
    need_value(e);
    if (operands[0].op != Op::literal || operands[1].op != Op::literal) convert(e, Type::time, "what is subtracted");
    if (e.type != Type::time)
      throw QuestionError(fmt::format("{} is {}: only a time can be subtracted from a time", text(e), text(e.type)),
                          e.place);
  }
  Expr e = condition(Op::difference, std::move(operands));
  e.type = Type::duration;
  return e;
}

Expr aggregate(Expr::Function function, std::optional<Expr> operand, bool distinct, Place place) {
  using enum Expr::Function;
  Expr e;
  e.op = Op::aggregate;
  e.function = function;
  e.distinct = distinct;
  e.place = place;
  e.type = Type::integer;
  if (!operand) {
    if (function != count || distinct) throw QuestionError(text(e) + " needs a path", place);
    return e;
  }
  need_value(*operand);
  if (operand->op != Op::path && operand->op != Op::difference)
    throw QuestionError("a path was expected here, or one time minus another", operand->place);
  if (function != count) {
    const bool adds = function == sum || function == avg;
    if (adds && operand->type != Type::integer && operand->type != Type::duration)
      throw QuestionError(fmt::format("{} is {}: it has no {}", text(*operand), text(operand->type),
                                      function_names[static_cast<std::size_t>(function)]),
                          operand->place);
    e.type = function == avg && operand->type == Type::integer ? Type::real : operand->type;
  }
  e.operands.push_back(std::move(*operand));
  return e;
}

Expr compare(Op op, Expr a, Expr b) {
  std::vector<Expr> operands;
  operands.push_back(std::move(a));
  operands.push_back(std::move(b));
  agree(operands);
  if (op == Op::equal || op == Op::not_equal) check_statuts(operands);
  return condition(op, std::move(operands));
}

Expr like(Op op, Expr subject, Expr pattern, bool negated) {
  for (const Expr* e : {&subject, &pattern}) {
    need_value(*e);
    if (e->type != Type::text)
      throw QuestionError(fmt::format("{} is {}: like compares texts", text(*e), text(e->type)), e->place);
  }
  if (pattern.op != Op::literal) throw QuestionError("a pattern is written in single quotes", pattern.place);
  // PostgreSQL raises an error on a last backslash, but only when a row gets that far.
  const std::string& characters = std::get<std::string>(pattern.value);
  const std::size_t last = characters.find_last_not_of('\\');
  const std::size_t backslashes = characters.size() - (last == std::string::npos ? 0 : last + 1);
  if (backslashes % 2 == 1)
    throw QuestionError("a pattern cannot end with \\, which takes the next character as it is (write \\\\)",
                        pattern.place);
  std::vector<Expr> operands;
  operands.push_back(std::move(subject));
  operands.push_back(std::move(pattern));
  return condition(op, std::move(operands), negated);
}

Expr in(Expr subject, std::vector<Expr> literals, bool negated) {
  std::vector<Expr> operands;
  operands.push_back(std::move(subject));
  for (Expr& e : literals) {
    if (e.op != Op::literal) throw QuestionError("a list holds literals", e.place);
    operands.push_back(std::move(e));
  }
  agree(operands);
  check_statuts(operands);
  return condition(Op::in, std::move(operands), negated);
}

Expr between(Expr subject, Expr from, Expr to, bool negated) {
  std::vector<Expr> operands;
  operands.push_back(std::move(subject));
  operands.push_back(std::move(from));
  operands.push_back(std::move(to));
  agree(operands);
  return condition(Op::between, std::move(operands), negated);
}

Expr is_null(Expr subject, bool negated) {
  if (subject.op != Op::path && subject.op != Op::difference && subject.op != Op::aggregate)
    throw QuestionError("only a path can be null", subject.place);
  std::vector<Expr> operands;
  operands.push_back(std::move(subject));
  return condition(Op::is_null, std::move(operands), negated);
}

Expr all_of(std::vector<Expr> conditions) {
  return chain(Op::all_of, std::move(conditions));
}

Expr any_of(std::vector<Expr> conditions) {
  return chain(Op::any_of, std::move(conditions));
}

Expr negation(Expr e) {
  need_condition(e);
  std::vector<Expr> operands;
  operands.push_back(std::move(e));
  return condition(Op::negation, std::move(operands));
}

}  // namespace carnet

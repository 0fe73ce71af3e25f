// SPDX-License-Identifier: Apache-2.0
#include "query/sql.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace carnet {
namespace {

using Op = Expr::Op;
using Way = Relation::Way;

constexpr std::size_t max_joins = 100;         // planning them takes PostgreSQL a fraction of a second
constexpr std::size_t max_alias = 40;          // of the 63 bytes that tell PostgreSQL's names apart
constexpr std::size_t max_arguments = 65'535;  // the protocol's

std::string_view symbol(Op op) {
  switch (op) {
    case Op::equal:
      return "=";
    case Op::not_equal:
      return "<>";
    case Op::less:
      return "<";
    case Op::less_equal:
      return "<=";
    case Op::greater:
      return ">";
    case Op::greater_equal:
      return ">=";
    case Op::like:
      return "like";
    default:
      return "ilike";
  }
}

std::string prefix_text(const Path& path, std::size_t steps) {
  std::string out;
  for (std::size_t i = 0; i < steps; ++i) out.append(i ? "." : "").append(path.steps[i]->name);
  return out;
}

bool many_within(const Path& path, std::size_t steps) {
  return std::any_of(path.steps.begin(), path.steps.begin() + static_cast<std::ptrdiff_t>(steps),
                     [](const Relation* r) { return r->many; });
}

bool always_there(const Relation& r) {
  return !r.many && r.way == Way::direct && !column(r.from, r.from_column)->nullable;
}

}  // namespace

Path shortened(Path path) {
  if (path.steps.empty()) return path;
  const Relation& last = *path.steps.back();
  if (last.many || last.way != Way::direct || (path.column && path.column->name != last.to_column)) return path;
  path.column = column(last.from, last.from_column);
  path.steps.pop_back();
  return path;
}

std::string_view meeting_column(Kind kind) {
  return kind == Kind::vol ? "numero" : "passager_id";
}

bool nullable(const Expr& e) {
  if (e.op == Op::path)
    return e.path.column->nullable ||
           !std::ranges::all_of(e.path.steps, [](const Relation* r) { return always_there(*r); });
  return !(e.op == Op::aggregate && e.function == Expr::Function::count);
}

std::string Draft::table(Kind kind) const {
  return fmt::format(FMT_COMPILE("{}.{}"), schema, carnet::table(kind).name);
}

std::string Draft::add(Argument argument) {
  if (arguments.size() == max_arguments) throw QuestionError("the question has too many literals");
  arguments.push_back(std::move(argument));
  return fmt::format(FMT_COMPILE("${}"), arguments.size());
}

std::string Draft::add(const Value& value) {
  std::string& number = added[value];
  if (number.empty()) number = add({constant(value).type, false, {value}});
  return number;
}

Scope::Scope(Draft& draft, Kind root)
    : draft_(draft),
      kind_(root),
      root_(table(root).singular),
      from_(fmt::format(FMT_COMPILE("{} {}"), draft.table(root), root_)) {}

void Scope::stand_on(const std::string& subquery, std::map<std::string, std::string> aggregates) {
  from_ = fmt::format("({}) {}", subquery, root_);
  aggregates_ = std::move(aggregates);
}

std::string Scope::key() const {
  std::string out;
  for (std::string_view name : table(kind_).primary_key)
    fmt::format_to(std::back_inserter(out), "{}{}.{}", out.empty() ? "" : ", ", root_, name);
  return out;
}

std::string Scope::alias(const Path& path, std::size_t steps) {
  if (outer_ && !many_within(path, steps)) return outer_->alias(path, steps);
  if (steps == 0) return root_;
  const std::string key = prefix_text(path, steps);
  if (const auto found = aliases_.find(key); found != aliases_.end()) return found->second;

  const std::string base = alias(path, steps - 1);
  std::string name = key;
  std::ranges::replace(name, '.', '_');
  if (name.size() > max_alias) name = fmt::format("rows_{}", draft_.joins);
  join(*path.steps[steps - 1], base, name, outer_ && !many_within(path, steps - 1));
  aliases_.emplace(key, name);
  return name;
}

void Scope::join(const Relation& r, const std::string& base, const std::string& name, bool correlated) {
  if (++draft_.joins > max_joins) throw QuestionError("the question follows too many relations");
  const std::string target = fmt::format(FMT_COMPILE("{} {}"), draft_.table(r.to), name);
  const bool inner = (outer_ && r.many) || (always_there(r) && !optional_.contains(base));
  if (!inner) optional_.insert(name);
  const std::string_view how = inner ? "join" : "left join";
  const auto out = std::back_inserter(from_);
  switch (r.way) {
    case Way::direct: {
      const std::string pair = fmt::format("{}.{} = {}.{}", name, r.to_column, base, r.from_column);
      if (!correlated) {
        fmt::format_to(out, "\n{} {} on {}", how, target, pair);
      } else {
        fmt::format_to(out, "{}{}", from_.empty() ? "" : " cross join ", target);
        links_ += pair + " and ";
      }
      return;
    }
    case Way::through: {
      const std::string via = name + "_via";
      const std::string_view to_key = table(r.to).primary_key[0];
      const std::string meeting = fmt::format(FMT_COMPILE("{} {}"), draft_.table(Kind::reservation), via);
      const std::string pair = fmt::format("{}.{} = {}.{}", via, meeting_column(r.from), base, r.from_column);
      if (!correlated) {
        fmt::format_to(out, "\n{} {} on {}", how, meeting, pair);
      } else {
        fmt::format_to(out, "{}{}", from_.empty() ? "" : " cross join ", meeting);
        links_ += pair + " and ";
      }
      fmt::format_to(out, "{}{} {} on {}.{} = {}.{}", correlated ? " " : "\n", how, target, name, to_key, via,
                     r.to_column);
      return;
    }
    case Way::precedent:
    case Way::suivant: {
      // Flights of one avion in the order of (heure_decollage, numero): those that took off at the same moment follow
      // each other by numero, those that never did have no neighbours.
      const bool before = r.way == Way::precedent;
      fmt::format_to(out,
                     "\nleft join lateral (select other.* from {} other where other.avion_id = {}.avion_id and "
                     "(other.heure_decollage, other.numero) {} ({}.heure_decollage, {}.numero) "
                     "order by other.heure_decollage{}, other.numero{} limit 1) {} on true",
                     draft_.table(r.to), base, before ? "<" : ">", base, base, before ? " desc" : "",
                     before ? " desc" : "", name);
      return;
    }
  }
}

std::string Scope::column(const Path& path) {
  const Path direct = shortened(path);
  return fmt::format(FMT_COMPILE("{}.{}"), alias(direct, direct.steps.size()), direct.column->name);
}

std::string Scope::value(const Expr& e) {
  switch (e.op) {
    case Op::path:
      return column(e.path);
    case Op::literal:
      return draft_.add(e.value);
    case Op::aggregate:
      return aggregate(e);
    default: {
      const std::string minuend = value(e.operands[0]);
      return fmt::format("({} - {})", minuend, value(e.operands[1]));
    }
  }
}

std::string Scope::aggregate(const Expr& e) {
  static constexpr std::array<std::string_view, 5> names{"count", "sum", "avg", "min", "max"};
  if (const auto found = aggregates_.find(text(e)); found != aggregates_.end()) return found->second;
  if (e.operands.empty()) {
    if (!fans_out_) return "count(*)";
    return table(kind_).primary_key.size() == 1 ? fmt::format("count(distinct {})", key())
                                                : fmt::format("count(distinct ({}))", key());
  }
  return fmt::format("{}({}{}){}", names[static_cast<std::size_t>(e.function)], e.distinct ? "distinct " : "",
                     value(e.operands[0]), e.type == Type::real ? "::float8" : "");
}

std::string Scope::condition(const Expr& e, bool aggregated) {
  if (e.is_predicate()) {
    const bool related = !aggregated && std::ranges::any_of(e.operands, [](const Expr& operand) {
      if (operand.op == Op::path) return operand.path.many_steps() > 0;
      return std::ranges::any_of(operand.operands, [](const Expr& part) { return part.path.many_steps() > 0; });
    });
    return related ? exists(e) : predicate(e);
  }
  if (e.op == Op::negation) return fmt::format("not ({})", condition(e.operands[0], aggregated));
  if (e.operands.empty()) return e.op == Op::all_of ? "true" : "false";
  std::string out;
  for (const Expr& part : e.operands) {
    if (!out.empty()) out += e.op == Op::all_of ? " and " : " or ";
    const std::string text = condition(part, aggregated);
    out += part.op == Op::any_of || part.op == Op::all_of ? "(" + text + ")" : text;
  }
  return out;
}

std::string Scope::exists(const Expr& e) {
  Scope inner{draft_, *this};
  const Expr& first = e.operands[0];
  const bool rows_themselves =
      e.op == Op::is_null && first.op == Op::path && !first.path.column && first.path.steps.back()->many;
  std::string held;
  if (rows_themselves) {
    inner.alias(first.path, first.path.steps.size());
    inner.links_.resize(inner.links_.size() - std::string_view{" and "}.size());
  } else {
    held = inner.predicate(e);
  }
  const std::string_view sense = rows_themselves && !e.negated ? "not " : "";
  return fmt::format("{}exists (select 1 from {} where {}{})", sense, inner.from_, inner.links_, held);
}

std::string Scope::predicate(const Expr& e) {
  const std::string_view negated = e.negated ? "not " : "";
  const Expr& subject = e.operands[0];
  switch (e.op) {
    case Op::is_null: {
      if (subject.op != Op::path || subject.path.column) return fmt::format("{} is {}null", value(subject), negated);
      Path rows = shortened(subject.path);
      if (!rows.column) rows.column = carnet::column(rows.to(), table(rows.to()).primary_key[0]);
      return fmt::format("{}.{} is {}null", alias(rows, rows.steps.size()), rows.column->name, negated);
    }
    case Op::in: {
      Argument list{Type::integer, true, {}};
      for (std::size_t i = 1; i < e.operands.size(); ++i) {
        if (i == 1 || e.operands[i].type == Type::real) list.type = e.operands[i].type;
        list.values.push_back(e.operands[i].value);
      }
      return fmt::format("{} {}({})", value(subject), e.negated ? "<> all" : "= any", draft_.add(std::move(list)));
    }
    case Op::between: {
      const std::string what = value(subject), low = value(e.operands[1]);
      return fmt::format("{} {}between {} and {}", what, negated, low, value(e.operands[2]));
    }
    default: {
      const std::string left = value(subject);
      return fmt::format(FMT_COMPILE("{} {}{} {}"), left, negated, symbol(e.op), value(e.operands[1]));
    }
  }
}

}  // namespace carnet

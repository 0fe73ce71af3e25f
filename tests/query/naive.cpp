// SPDX-License-Identifier: Apache-2.0
#include "tests/query/naive.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

namespace carnet {
namespace {

using Op = Expr::Op;
using Truth = std::optional<bool>;
/// The row that each prefix of a path leads to; null where there is none.
using Binding = std::map<std::string, const NaiveRow*>;

const Value& field(Kind kind, const NaiveRow& row, std::string_view name) {
  return row[static_cast<std::size_t>(column(kind, name) - table(kind).columns.data())];
}

std::string prefix(const Path& path, std::size_t steps) {
  std::string out;
  for (std::size_t i = 0; i < steps; ++i) out.append(path.steps[i]->name).append(".");
  return out;
}

/// Before, equal or after, nulls last.
int order(const Value& a, const Value& b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(is_null(a)) - static_cast<int>(is_null(b));
  const auto number = [](const Value& v) {
    const auto* integer = std::get_if<std::int64_t>(&v);
    return integer ? static_cast<double>(*integer) : std::get<double>(v);
  };
  if (a.index() != b.index()) return (number(a) > number(b)) - (number(a) < number(b));
  return (b < a) - (a < b);
}

std::vector<utf8proc_int32_t> characters(const std::string& text, bool lower) {
  std::vector<utf8proc_int32_t> out;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t point = 0;
    at += static_cast<std::size_t>(utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                                    static_cast<utf8proc_ssize_t>(text.size() - at), &point));
    out.push_back(lower ? utf8proc_tolower(point) : point);
  }
  return out;
}

bool matches(std::span<const utf8proc_int32_t> text, std::span<const utf8proc_int32_t> pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    return matches(text, pattern.subspan(1)) || (!text.empty() && matches(text.subspan(1), pattern));
  }
  if (text.empty()) return false;
  if (pattern[0] == '_') return matches(text.subspan(1), pattern.subspan(1));
  if (pattern[0] == '\\') pattern = pattern.subspan(1);
  return text[0] == pattern[0] && matches(text.subspan(1), pattern.subspan(1));
}

class Naive {
 public:
  explicit Naive(const NaiveTables& tables) : tables_(tables) {}

  std::vector<std::string> rows(const Question& q) const {
    std::vector<const NaiveRow*> found;
    for (const NaiveRow& row : all(q.entity)) {
      if (!q.where || truth(*q.where, row) == true) found.push_back(&row);
    }
    std::ranges::stable_sort(found, [&](const NaiveRow* a, const NaiveRow* b) {
      for (const Sort& sort : q.sort) {
        const Value x = value(sort.by, bind(*a, sort.by)), y = value(sort.by, bind(*b, sort.by));
        const int o = order(x, y);
        const bool nulls = is_null(x) || is_null(y);
        if (o != 0) return sort.descending && !nulls ? o > 0 : o < 0;
      }
      return key(q.entity, *a) < key(q.entity, *b);
    });
    std::vector<std::string> out;
    for (std::size_t i = q.offset; i < found.size() && (!q.limit || out.size() < *q.limit); ++i)
      out.push_back(object(*found[i], q.with));
    if (!ordered(q)) std::ranges::sort(out);
    return out;
  }

  std::vector<std::string> groups(const Question& q) const;

 private:
  const std::vector<NaiveRow>& all(Kind kind) const {
    static const std::vector<NaiveRow> none;
    const auto found = tables_.rows.find(kind);
    return found == tables_.rows.end() ? none : found->second;
  }

  static std::vector<Value> key(Kind kind, const NaiveRow& row) {
    std::vector<Value> out;
    for (std::string_view name : table(kind).primary_key) out.push_back(field(kind, row, name));
    return out;
  }

  /// The related rows, by primary key.
  std::vector<const NaiveRow*> related(const Relation& r, const NaiveRow& row) const {
    std::vector<const NaiveRow*> out;
    const Value& from = field(r.from, row, r.from_column);
    if (is_null(from)) return out;
    if (r.way == Relation::Way::direct) {
      for (const NaiveRow& other : all(r.to)) {
        if (field(r.to, other, r.to_column) == from) out.push_back(&other);
      }
    } else if (r.way == Relation::Way::through) {
      const std::string_view mine = r.from == Kind::vol ? "numero" : "passager_id";
      for (const NaiveRow& meeting : all(Kind::reservation)) {
        if (field(Kind::reservation, meeting, mine) != from) continue;
        for (const NaiveRow& other : all(r.to)) {
          if (other[0] == field(Kind::reservation, meeting, r.to_column)) out.push_back(&other);
        }
      }
    } else {
      const auto place = [](const NaiveRow& v) {
        return std::pair{field(Kind::vol, v, "heure_decollage"), field(Kind::vol, v, "numero")};
      };
      if (is_null(place(row).first)) return out;
      const bool before = r.way == Relation::Way::precedent;
      const NaiveRow* best = nullptr;
      for (const NaiveRow& other : all(Kind::vol)) {
        if (field(Kind::vol, other, "avion_id") != from || is_null(place(other).first)) continue;
        if (before ? place(other) >= place(row) : place(other) <= place(row)) continue;
        if (!best || (before ? place(other) > place(*best) : place(other) < place(*best))) best = &other;
      }
      if (best) out.push_back(best);
    }
    std::ranges::sort(out, {}, [&](const NaiveRow* other) { return key(r.to, *other); });
    return out;
  }

  static void each_path(const Expr& e, const std::function<void(const Path&)>& visit) {
    if (e.op == Op::path) visit(e.path);
    for (const Expr& operand : e.operands) each_path(operand, visit);
  }

  /// Calls visit with every way to choose a row for each prefix of the paths; a to-one relation, or an outer join, may
  /// lead to no row.
  void each_binding(const std::vector<Path>& paths, std::size_t path, std::size_t steps, bool outer, Binding& binding,
                    const std::function<void()>& visit) const {
    if (path == paths.size()) return visit();
    const Path& p = paths[path];
    if (steps == p.steps.size()) return each_binding(paths, path + 1, 0, outer, binding, visit);
    const std::string name = prefix(p, steps + 1);
    if (binding.contains(name)) return each_binding(paths, path, steps + 1, outer, binding, visit);
    const Relation& r = *p.steps[steps];
    const NaiveRow* base = binding.at(prefix(p, steps));
    std::vector<const NaiveRow*> rows = base ? related(r, *base) : std::vector<const NaiveRow*>{};
    if (rows.empty() && (!r.many || outer)) rows.push_back(nullptr);
    for (const NaiveRow* row : rows) {
      binding[name] = row;
      each_binding(paths, path, steps + 1, outer, binding, visit);
    }
    binding.erase(name);
  }

  std::vector<Binding> bindings(const NaiveRow& row, const std::vector<const Expr*>& expressions, bool outer) const {
    std::vector<Path> paths;
    for (const Expr* e : expressions) each_path(*e, [&](const Path& p) { paths.push_back(p); });
    Binding binding{{"", &row}};
    std::vector<Binding> out;
    each_binding(paths, 0, 0, outer, binding, [&] { out.push_back(binding); });
    return out;
  }

  Binding bind(const NaiveRow& row, const Expr& e) const { return bindings(row, {&e}, true).at(0); }

  static Value value(const Expr& e, const Binding& binding) {
    if (e.op == Op::literal) return e.value;
    if (e.op == Op::path) {
      const NaiveRow* row = binding.at(prefix(e.path, e.path.steps.size()));
      return row ? field(e.path.to(), *row, e.path.column->name) : Value{};
    }
    const Value a = value(e.operands[0], binding), b = value(e.operands[1], binding);
    if (is_null(a) || is_null(b)) return {};
    return Duration{std::get<Time>(a) - std::get<Time>(b)};
  }

  static Truth predicate(const Expr& e, const std::function<Value(const Expr&)>& value_of) {
    const Expr& subject = e.operands[0];
    if (e.op == Op::is_null) return is_null(value_of(subject)) != e.negated;
    std::vector<Value> values;
    for (const Expr& operand : e.operands) values.push_back(value_of(operand));
    const auto known = [&](std::size_t i) { return !is_null(values[0]) && !is_null(values[i]); };
    switch (e.op) {
      case Op::like:
      case Op::ilike: {
        if (!known(1)) return {};
        const bool lower = e.op == Op::ilike;
        return matches(characters(std::get<std::string>(values[0]), lower),
                       characters(std::get<std::string>(values[1]), lower)) != e.negated;
      }
      case Op::in: {
        if (is_null(values[0])) return {};
        return std::any_of(values.begin() + 1, values.end(),
                           [&](const Value& v) { return order(v, values[0]) == 0; }) != e.negated;
      }
      case Op::between: {
        const Truth low = known(1) ? Truth{order(values[0], values[1]) >= 0} : Truth{};
        const Truth high = known(2) ? Truth{order(values[0], values[2]) <= 0} : Truth{};
        if (low == false || high == false) return e.negated;
        if (!low || !high) return {};
        return !e.negated;
      }
      default:
        break;
    }
    if (!known(1)) return {};
    const int o = order(values[0], values[1]);
    switch (e.op) {
      case Op::equal:
        return o == 0;
      case Op::not_equal:
        return o != 0;
      case Op::less:
        return o < 0;
      case Op::less_equal:
        return o <= 0;
      case Op::greater:
        return o > 0;
      default:
        return o >= 0;
    }
  }

  static Truth combine(const Expr& e, const std::function<Truth(const Expr&)>& truth_of) {
    if (e.op == Op::negation) {
      const Truth inner = truth_of(e.operands[0]);
      return inner ? Truth{!*inner} : inner;
    }
    const bool decisive = e.op == Op::any_of;
    Truth result = !decisive;
    for (const Expr& part : e.operands) {
      const Truth t = truth_of(part);
      if (t == decisive) return decisive;
      if (!t) result = t;
    }
    return result;
  }

  Truth truth(const Expr& e, const NaiveRow& row) const {
    if (!e.is_predicate()) return combine(e, [&](const Expr& part) { return truth(part, row); });
    bool many = false;
    each_path(e, [&](const Path& p) { many = many || p.many_steps() > 0; });
    const Expr& subject = e.operands[0];
    const bool of_rows = e.op == Op::is_null && subject.op == Op::path && !subject.path.column;
    if (of_rows) {
      std::size_t found = 0, missing = 0;
      for (const Binding& b : bindings(row, {&e}, false)) {
        ++(b.at(prefix(subject.path, subject.path.steps.size())) ? found : missing);
      }
      if (subject.path.steps.back()->many) return (found == 0) != e.negated;
      return e.negated ? found > 0 : missing > 0;
    }
    bool any = false;
    Truth last;
    for (const Binding& b : bindings(row, {&e}, false)) {
      last = predicate(e, [&](const Expr& operand) { return value(operand, b); });
      any = any || last == true;
    }
    return many ? Truth{any} : last;
  }

  /// The row and, of the paths, the relations that begin at it.
  std::string object(const NaiveRow& row, const std::vector<Path>& with) const {
    std::string out = "{";
    for (const Value& v : row) out += shown(v) + " ";
    std::vector<const Relation*> seen;
    for (const Path& path : with) {
      if (path.steps.empty() || std::ranges::find(seen, path.steps[0]) != seen.end()) continue;
      const Relation& r = *seen.emplace_back(path.steps[0]);
      std::vector<Path> deeper;
      for (const Path& other : with) {
        if (other.steps.empty() || other.steps[0] != &r) continue;
        deeper.push_back({r.to, {other.steps.begin() + 1, other.steps.end()}, nullptr});
      }
      out.append(r.name).append(r.many ? "[" : "(");
      for (const NaiveRow* other : related(r, row)) out += object(*other, deeper);
      out += r.many ? "]" : ")";
    }
    return out += "}";
  }

  const NaiveTables& tables_;
};

/// What an aggregate says of the bindings of a group.
Value aggregated(const Expr& e, const std::vector<Value>& values, std::size_t roots) {
  using enum Expr::Function;
  if (e.operands.empty()) return static_cast<std::int64_t>(roots);
  std::vector<Value> known;
  for (const Value& v : values) {
    if (!is_null(v)) known.push_back(v);
  }
  if (e.distinct) {
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
  }
  if (e.function == count) return static_cast<std::int64_t>(known.size());
  if (known.empty()) return {};
  if (e.function == min) return *std::ranges::min_element(known);
  if (e.function == max) return *std::ranges::max_element(known);
  if (std::holds_alternative<Duration>(known[0])) {
    Duration total{};
    for (const Value& v : known) total += std::get<Duration>(v);
    return e.function == avg
               ? Duration{std::llround(static_cast<double>(total.count()) / static_cast<double>(known.size()))}
               : total;
  }
  std::int64_t total = 0;
  for (const Value& v : known) total += std::get<std::int64_t>(v);
  if (e.function == avg) return static_cast<double>(total) / static_cast<double>(known.size());
  return total;
}

std::vector<std::string> Naive::groups(const Question& q) const {
  struct Group {
    std::vector<std::pair<const NaiveRow*, Binding>> members;
  };
  std::vector<const Expr*> expressions;
  for (const Expr& e : q.group_by) expressions.push_back(&e);
  for (const Expr& e : q.aggregates) expressions.push_back(&e);
  for (const Sort& s : q.sort) expressions.push_back(&s.by);
  if (q.having) expressions.push_back(&*q.having);

  std::map<std::vector<Value>, Group> groups;
  if (q.group_by.empty()) groups[{}];
  for (const NaiveRow& row : all(q.entity)) {
    if (q.where && truth(*q.where, row) != true) continue;
    for (const Binding& b : bindings(row, expressions, true)) {
      std::vector<Value> key;
      for (const Expr& e : q.group_by) key.push_back(value(e, b));
      groups[key].members.emplace_back(&row, b);
    }
  }

  struct Line {
    std::vector<Value> sort, key;
    std::string text;
  };
  std::vector<Line> lines;
  for (const auto& [key, group] : groups) {
    std::set<const NaiveRow*> roots;
    for (const auto& [row, b] : group.members) roots.insert(row);
    const std::function<Value(const Expr&)> value_of = [&, &members = group.members](const Expr& e) -> Value {
      if (e.op != Op::aggregate) return e.op == Op::literal ? e.value : value(e, members.at(0).second);
      std::vector<Value> values;
      for (const auto& [row, b] : members) {
        if (!e.operands.empty()) values.push_back(value(e.operands[0], b));
      }
      return aggregated(e, values, roots.size());
    };
    const std::function<Truth(const Expr&)> truth_of = [&](const Expr& e) {
      return e.is_predicate() ? predicate(e, value_of) : combine(e, truth_of);
    };
    if (q.having && truth_of(*q.having) != true) continue;
    Line line;
    for (const Sort& s : q.sort) line.sort.push_back(value_of(s.by));
    line.key = key;
    line.text += "{";
    for (const Value& v : key) line.text += shown(v) + " ";
    for (const Expr& e : q.aggregates) line.text += shown(value_of(e)) + " ";
    line.text += "}";
    lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(lines, [&](const Line& a, const Line& b) {
    for (std::size_t i = 0; i < q.sort.size(); ++i) {
      const int o = order(a.sort[i], b.sort[i]);
      const bool nulls = is_null(a.sort[i]) || is_null(b.sort[i]);
      if (o != 0) return q.sort[i].descending && !nulls ? o > 0 : o < 0;
    }
    for (std::size_t i = 0; i < a.key.size(); ++i) {
      if (const int o = order(a.key[i], b.key[i]); o != 0) return o < 0;
    }
    return false;
  });
  std::vector<std::string> out;
  for (std::size_t i = q.offset; i < lines.size() && (!q.limit || out.size() < *q.limit); ++i)
    out.push_back(lines[i].text);
  return out;
}

}  // namespace

std::vector<std::string> NaiveTables::answer(const Question& q) const {
  const Naive naive{*this};
  return q.grouped() ? naive.groups(q) : naive.rows(q);
}

std::string shown(const Value& value) {
  if (is_null(value)) return "null";
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.10g}", *real);
  return text(value);
}

bool ordered(const Question& q) {
  return q.grouped() || !q.sort.empty() || q.limit || q.offset > 0;
}

}  // namespace carnet

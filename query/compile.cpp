// SPDX-License-Identifier: Apache-2.0
#include <fmt/compile.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "query/groups.hpp"
#include "query/page.hpp"
#include "query/plan.hpp"
#include "query/sql.hpp"

namespace carnet {
namespace {

using Op = Expr::Op;

/// The relations to load, as a tree: `with a, a.b, c` is a{b} c.
struct Branch {
  const Relation* relation;
  std::vector<Branch> branches;
};

std::vector<Branch> tree(const std::vector<Path>& paths) {
  std::vector<Branch> roots;
  for (const Path& path : paths) {
    std::vector<Branch>* level = &roots;
    for (const Relation* step : path.steps) {
      auto found = std::ranges::find(*level, step, &Branch::relation);
      if (found == level->end()) found = level->insert(level->end(), {step, {}});
      level = &found->branches;
    }
  }
  return roots;
}

Plan follow(const Relation&, const std::vector<Branch>&, const std::string& schema);

/// The select list of one statement and the shape of its rows.
struct Selection {
  Scope& scope;
  const std::string& schema;
  std::string columns;  ///< As SQL has them; none has a comma in it.
  std::vector<Type> types;
  std::vector<Follow> follows;

  /// The place of the column, which is added if it is not there.
  std::size_t add(std::string_view column, Type type) {
    std::size_t place = 0;
    for (std::string_view rest = columns; !rest.empty(); ++place) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      if (rest.substr(0, end) == column) return place;
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    columns.append(columns.empty() ? "" : ", ").append(column);
    types.push_back(type);
    return place;
  }

  TupleShape add(std::string_view name, const Path& at, const std::vector<Branch>& branches) {
    TupleShape shape;
    shape.name = name;
    shape.first = types.size();
    const std::string alias = scope.alias(at, at.steps.size());
    const std::span<const Column> own = table(at.to()).columns;
    shape.fields.reserve(own.size());
    types.reserve(types.size() + own.size());
    columns.reserve(columns.size() + own.size() * (alias.size() + 20));
    for (const Column& c : own) {
      shape.fields.push_back({std::string{c.name}, type_of(c)});
      columns.append(columns.empty() ? "" : ", ").append(alias).append(".").append(c.name);
      types.push_back(type_of(c));
    }
    for (const Branch& branch : branches) {
      const Relation& r = *branch.relation;
      if (r.many) {
        Plan plan = follow(r, branch.branches, schema);
        TupleShape child = plan.shape;
        child.slot = follows.size();
        shape.relations.push_back(std::move(child));
        follows.push_back({shape.first + index(at.to(), r.from_column), std::move(plan)});
      } else {
        Path next = at;
        next.steps.push_back(&r);
        shape.relations.push_back(add(r.name, next, branch.branches));
      }
    }
    return shape;
  }

  static std::size_t index(Kind kind, std::string_view name) {
    return static_cast<std::size_t>(column(kind, name) - table(kind).columns.data());
  }
};

/// The rows of a to-many relation for all parents at once, each behind its parent's key.
Plan follow(const Relation& r, const std::vector<Branch>& branches, const std::string& schema) {
  Draft draft{schema, {}, {}, 0};
  Scope scope{draft, r.to};
  Selection selection{scope, schema, {}, {}, {}};
  std::string key = fmt::format(FMT_COMPILE("{}.{}"), scope.root(), r.to_column), meeting;
  if (r.way == Relation::Way::through) {
    key = fmt::format("via.{}", meeting_column(r.from));
    meeting = fmt::format("\njoin {} via on via.{} = {}", draft.table(Kind::reservation), r.to_column, scope.key());
  }
  const Type type = type_of(*column(r.from, r.from_column));
  selection.add(key, type);

  Plan plan;
  plan.shape = selection.add(r.name, {r.to, {}, nullptr}, branches);
  plan.shape.many = true;
  plan.follows = std::move(selection.follows);
  plan.types = std::move(selection.types);
  const std::string keys = draft.add(Argument{type, true, {}});
  plan.statement.sql = fmt::format("select {}\nfrom {}{}\nwhere {} = any({})\norder by {}", selection.columns,
                                   scope.from(), meeting, key, keys, scope.key());
  plan.statement.arguments = std::move(draft.arguments);
  return plan;
}

/// The same order, over a union: by the numbers of its columns.
std::vector<OrderTerm> by_number(std::vector<OrderTerm> order, const Plan& plan) {
  for (std::size_t i = 0; i < order.size(); ++i) order[i].sql = fmt::format("{}", plan.order[i] + 1);
  return order;
}

void check_rows(const Question& question) {
  if (question.having) throw QuestionError("--having needs groups (--group-by, --count)");
  if (question.after && (!question.limit || question.offset > 0))
    throw QuestionError("--after goes with --limit, and not with --offset");
  for (const Sort& sort : question.sort) {
    if (sort.by.op == Op::aggregate)
      throw QuestionError(fmt::format("{} needs groups to sort by (--group-by)", text(sort.by)));
    each_part(sort.by, [&](const Expr& e) {
      if (e.path.many_steps() > 0)
        throw QuestionError(fmt::format("{} has many values in a row: nothing to sort by", text(sort.by)));
    });
  }
}

Plan compile_rows(const Question& question, const std::string& schema) {
  check_rows(question);
  Draft draft{schema, {}, {}, 0};
  Scope scope{draft, question.entity};
  Selection selection{scope, schema, {}, {}, {}};
  Plan plan;
  plan.shape = selection.add(table(question.entity).singular, {question.entity, {}, nullptr}, tree(question.with));
  plan.follows = std::move(selection.follows);
  const std::string where = question.where ? scope.condition(*question.where) : "";
  const std::vector<OrderTerm> order = order_of(question, scope);
  if (question.limit) {
    for (const OrderTerm& term : order) plan.order.push_back(selection.add(term.sql, term.type));
  }
  plan.types = std::move(selection.types);
  const std::string ordered = order.empty() ? "" : "\norder by " + order_by(order);
  const std::string paged = limits(question, draft);

  std::vector<std::string> places =
      question.after ? behind(*question.after, order, draft) : std::vector<std::string>{""};
  std::string& sql = plan.statement.sql;
  sql.reserve(2 * selection.columns.size());
  for (const std::string& place : places) {
    const bool both = !where.empty() && !place.empty();
    const std::string filter = both ? fmt::format("({}) and {}", where, place) : where + place;
    if (!sql.empty()) sql += ")\nunion all\n(";
    sql.append("select ").append(selection.columns).append("\nfrom ").append(scope.from());
    if (!filter.empty()) sql.append("\nwhere ").append(filter);
    sql.append(ordered).append(paged);
  }
  if (places.size() > 1) sql = fmt::format("({})\norder by {}{}", sql, order_by(by_number(order, plan)), paged);
  plan.statement.arguments = std::move(draft.arguments);
  return plan;
}

}  // namespace

Plan compile(const Question& question, std::string_view schema) {
  const std::string name{schema};
  Plan plan = question.grouped() ? compile_groups(question, name) : compile_rows(question, name);
  plan.schema = name;
  return plan;
}

}  // namespace carnet

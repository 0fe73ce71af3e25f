// SPDX-License-Identifier: Apache-2.0
#include "query/groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "query/page.hpp"

namespace carnet {
namespace {

using Op = Expr::Op;

/// What is not an aggregate must be the same in all rows of a group.
void check_grouped(const Question& question, const Expr& e) {
  if (e.op == Op::aggregate || e.op == Op::literal) return;
  for (const Expr& group : question.group_by) {
    if (text(group) == text(e)) return;
  }
  if (e.op == Op::path) {
    std::string groups;
    for (const Expr& group : question.group_by) groups.append(groups.empty() ? "" : ", ").append(text(group));
    throw QuestionError(fmt::format("{} is not the same in all rows of a group ({}, or an aggregate of it)", text(e),
                                    groups.empty() ? "there are no groups" : "grouped by " + groups));
  }
  for (const Expr& operand : e.operands) check_grouped(question, operand);
}

/// Along to-many paths a row counts once for each related row. That is what is asked for on one chain of relations;
/// off it, or above its end, sums would count things more than once. Gives whether there is such a chain.
bool check_fan_out(const Question& question) {
  Path longest;
  std::size_t steps = 0;
  const auto all = [&](auto&& visit) {
    for (const Expr& e : question.group_by) each_part(e, visit);
    for (const Expr& e : question.aggregates) each_part(e, visit);
    for (const Sort& s : question.sort) each_part(s.by, visit);
    if (question.having) each_part(*question.having, visit);
  };
  all([&](const Expr& e) {
    if (e.op == Op::path && e.path.many_steps() > steps) {
      longest = e.path;
      steps = e.path.many_steps();
    }
  });
  if (steps == 0) return false;
  all([&](const Expr& e) {
    const std::size_t own = e.path.many_steps();
    if (e.op == Op::path && !std::equal(e.path.steps.begin(), e.path.steps.begin() + static_cast<std::ptrdiff_t>(own),
                                        longest.steps.begin()))
      throw QuestionError(fmt::format("{} and {} go through different to-many relations: each would multiply the other",
                                      text(e), text(longest)));
    using enum Expr::Function;
    if (e.op != Op::aggregate || e.operands.empty() || e.distinct || e.function == min || e.function == max) return;
    each_part(e.operands[0], [&](const Expr& operand) {
      if (operand.op == Op::path && operand.path.many_steps() != steps)
        throw QuestionError(fmt::format("{} would count a row once for each of {}", text(e), text(longest)));
    });
  });
  return true;
}

}  // namespace

Plan compile_groups(const Question& question, const std::string& schema) {
  if (!question.with.empty()) throw QuestionError("--with loads relations of rows, and groups have none");
  if (question.after) throw QuestionError("--after is for rows, and groups have none");
  for (const Sort& sort : question.sort) check_grouped(question, sort.by);
  if (question.having) check_grouped(question, *question.having);

  Draft draft{schema, {}, {}, 0};
  Scope scope{draft, question.entity};
  const bool fans_out = check_fan_out(question);
  if (fans_out) scope.fan_out();
  const std::optional<std::string> early = fans_out ? std::nullopt : aggregate_early(question, draft, scope);
  const std::string where = early ? *early : question.where ? scope.condition(*question.where) : "";
  Plan plan;
  plan.shape.name = table(question.entity).singular;
  std::vector<std::string> columns, groups;
  for (const Expr& group : question.group_by) {
    groups.push_back(scope.value(group));
    columns.push_back(groups.back());
    plan.shape.fields.push_back({text(group), group.type});
    plan.types.push_back(group.type);
  }
  for (const Expr& aggregate : question.aggregates) {
    columns.push_back(scope.value(aggregate));
    plan.shape.fields.push_back({text(aggregate), aggregate.type});
    plan.types.push_back(aggregate.type);
  }
  const std::string grouped = groups.empty() ? "" : fmt::format("\ngroup by {}", fmt::join(groups, ", "));
  const std::string having = question.having ? "\nhaving " + scope.condition(*question.having, true) : "";
  const std::string order = order_by(order_of(question, scope));
  plan.statement.sql = fmt::format("select {}\nfrom {}{}{}{}{}{}{}{}", fmt::join(columns, ", "), scope.from(),
                                   where.empty() ? "" : "\nwhere ", where, grouped, having,
                                   order.empty() ? "" : "\norder by ", order, limits(question, draft));
  plan.statement.arguments = std::move(draft.arguments);
  return plan;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "query/groups.hpp"

namespace carnet {
namespace {

using Op = Expr::Op;

/// The parts of a question that are asked of groups, apart from the groups themselves.
std::vector<const Expr*> asked(const Question& question) {
  std::vector<const Expr*> all;
  for (const Expr& e : question.aggregates) all.push_back(&e);
  for (const Sort& s : question.sort) all.push_back(&s.by);
  if (question.having) all.push_back(&*question.having);
  return all;
}

class Early {
 public:
  explicit Early(const Question& question) : question_(question) {}

  bool applies() {
    for (const Expr& group : question_.group_by) {
      if (!beyond(group)) return false;
    }
    if (!joins_) return false;
    for (const Expr* e : asked(question_)) {
      if (!take_aggregates(*e)) return false;
    }
    if (!question_.where) return true;
    const bool several = question_.where->op == Op::all_of;
    const std::vector<Expr> one{several ? Expr{} : *question_.where};
    for (const Expr& part : several ? question_.where->operands : one) {
      if (of_rows(part)) {
        within_.push_back(part);
      } else if (beyond(part)) {
        behind_.push_back(part);
      } else {
        return false;
      }
    }
    return true;
  }

  std::string write(Draft& draft, Scope& scope) {
    Scope inner{draft, question_.entity};
    std::vector<std::string> groups, columns;
    for (std::string_view key : keys_) groups.push_back(fmt::format("{}.{}", inner.root(), key));
    columns = groups;
    const auto partly = [&](const Expr& e) {
      columns.push_back(fmt::format("{} as part_{}", inner.value(e), columns.size()));
      return fmt::format("{}.part_{}", inner.root(), columns.size() - 1);
    };
    std::map<std::string, std::string> aggregates;
    for (const Expr& e : aggregates_) {
      std::string& sql = aggregates[text(e)];
      if (sql.empty()) sql = whole(e, partly);
    }
    const std::string where = within_.empty() ? "" : " where " + inner.condition(all_of(within_));
    scope.stand_on(fmt::format("select {} from {}{} group by {}", fmt::join(columns, ", "), inner.from(), where,
                               fmt::join(groups, ", ")),
                   std::move(aggregates));
    return behind_.empty() ? "" : scope.condition(all_of(behind_));
  }

 private:
  /// Whether all its columns are of the row itself, or of rows related to it one to many: no join.
  static bool of_rows(const Expr& e) {
    bool all = true;
    each_part(e, [&](const Expr& part) {
      if (part.op != Op::path) return;
      const Path path = shortened(part.path);
      all = all && (path.steps.empty() || path.steps[0]->many);
    });
    return all;
  }

  /// Whether it is known from the keys alone: own columns that are grouped by, and what foreign keys lead to.
  bool beyond(const Expr& e) {
    bool all = true;
    each_part(e, [&](const Expr& part) {
      if (part.op != Op::path) return;
      const Path path = shortened(part.path);
      const bool own = path.steps.empty();
      if (!own && (path.steps[0]->many || path.steps[0]->way != Relation::Way::direct)) {
        all = false;
        return;
      }
      joins_ = joins_ || !own;
      const std::string_view key = own ? path.column->name : path.steps[0]->from_column;
      if (std::ranges::find(keys_, key) == keys_.end()) keys_.push_back(key);
    });
    return all;
  }

  /// Whether its aggregates can be put together from those of parts.
  bool take_aggregates(const Expr& e) {
    bool all = true;
    each_part(e, [&](const Expr& part) {
      if (part.op != Op::aggregate) return;
      all = all && !part.distinct && of_rows(part);
      aggregates_.push_back(part);
    });
    return all;
  }

  /// The aggregate of all from the aggregates of parts.
  template <class Partly>
  static std::string whole(const Expr& e, const Partly& partly) {
    using enum Expr::Function;
    const auto of = [&](Expr::Function function) { return partly(aggregate(function, e.operands[0])); };
    switch (e.function) {
      case count:
        return fmt::format("sum({})::bigint", partly(e));
      case sum:
        return fmt::format("sum({}){}", partly(e), e.type == Type::integer ? "::bigint" : "");
      case min:
        return fmt::format("min({})", partly(e));
      case max:
        return fmt::format("max({})", partly(e));
      case avg:
        break;
    }
    const std::string total = of(sum);
    return fmt::format("sum({}){} / nullif(sum({}), 0)::float8", total, e.type == Type::real ? "::float8" : "",
                       of(count));
  }

  const Question& question_;
  std::vector<std::string_view> keys_;  ///< Columns of the entity that the rows are aggregated by.
  std::vector<Expr> aggregates_, within_, behind_;
  bool joins_ = false;
};

}  // namespace

std::optional<std::string> aggregate_early(const Question& question, Draft& draft, Scope& scope) {
  Early early{question};
  if (!early.applies()) return std::nullopt;
  return early.write(draft, scope);
}

}  // namespace carnet

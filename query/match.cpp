// SPDX-License-Identifier: Apache-2.0
#include "query/match.hpp"

#include <fmt/format.h>

#include "query/sql.hpp"
#include "query/wire.hpp"

namespace carnet {

namespace {

Plan plan_of(Kind kind, const Expr& where, std::optional<std::uint64_t> limit) {
  Draft draft{projection_schema, {}, {}, 0};
  Scope scope{draft, kind};
  const std::string condition = scope.condition(where);
  Plan plan;
  for (std::string_view name : table(kind).primary_key) plan.types.push_back(type_of(*column(kind, name)));
  plan.types.push_back(Type::integer);
  plan.statement.sql = fmt::format("select {}, {}.position\nfrom {}\nwhere {}\norder by {}", scope.key(), scope.root(),
                                   scope.from(), condition, scope.key());
  if (limit) plan.statement.sql += "\nlimit " + draft.add(Value{static_cast<std::int64_t>(*limit)});
  plan.statement.arguments = std::move(draft.arguments);
  return plan;
}

}  // namespace

Matches::Matches(Session& session, Kind kind, const Expr& where, std::optional<std::uint64_t> limit)
    : kind_(kind),
      columns_(table(kind).primary_key.size() + 1),
      rows_(session.stream(plan_of(kind, where, limit))),
      block_({}) {}

std::optional<Match> Matches::next() {
  if (!rows_.next(block_)) return std::nullopt;
  Match match{{kind_, {}, 0}, static_cast<Position>(integer_from_wire(block_.bytes(0, columns_ - 1)))};
  for (std::size_t i = 0; i + 1 < columns_; ++i) {
    if (column(kind_, table(kind_).primary_key[i])->type == ColumnType::text) {
      match.stream.numero = block_.bytes(0, i);
    } else {
      match.stream.id = static_cast<std::int32_t>(integer_from_wire(block_.bytes(0, i)));
    }
  }
  return match;
}

}  // namespace carnet

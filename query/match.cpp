// SPDX-License-Identifier: Apache-2.0
#include "query/match.hpp"

#include <fmt/format.h>

#include "query/sql.hpp"

namespace carnet {

std::vector<Match> matches(Session& session, Kind kind, const Expr& where, std::optional<std::uint64_t> limit) {
  Draft draft{"carnet", {}, {}, 0};
  Scope scope{draft, kind};
  const std::string condition = scope.condition(where);
  Plan plan;
  for (std::string_view name : table(kind).primary_key) plan.types.push_back(type_of(*column(kind, name)));
  plan.types.push_back(Type::integer);
  plan.statement.sql = fmt::format("select {}, {}.position\nfrom {}\nwhere {}\norder by {}", scope.key(), scope.root(),
                                   scope.from(), condition, scope.key());
  if (limit) plan.statement.sql += "\nlimit " + draft.add(Value{static_cast<std::int64_t>(*limit)});
  plan.statement.arguments = std::move(draft.arguments);

  std::vector<Match> found;
  session.each(plan, [&](const Tuple& row) {
    Match match{{kind, 0, {}}, static_cast<Position>(std::get<std::int64_t>(row.values.back()))};
    for (std::size_t i = 0; i + 1 < row.values.size(); ++i) {
      if (const auto* numero = std::get_if<std::string>(&row.values[i])) {
        match.stream.numero = *numero;
      } else {
        match.stream.id = static_cast<std::int32_t>(std::get<std::int64_t>(row.values[i]));
      }
    }
    found.push_back(std::move(match));
  });
  return found;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "query/from.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace carnet {
namespace {

/// Reads columns in the order of their table.
struct Columns {
  const Tuple& row;
  std::size_t next;

  template <class T>
  std::optional<T> maybe() {
    const Value& value = row.values[next++];
    if (is_null(value)) return std::nullopt;
    if constexpr (std::integral<T>) {
      return static_cast<T>(std::get<std::int64_t>(value));
    } else {
      return std::get<T>(value);
    }
  }
  template <class T>
  T take() {
    return maybe<T>().value();
  }
};

}  // namespace

// The order of evaluation in braces is that of the members, and theirs is that of the columns.

template <>
Avion entity_at(const Tuple& row, std::size_t first) {
  Columns c{row, first};
  return {c.take<std::int32_t>(), c.take<std::string>(), c.maybe<std::string>(), c.maybe<std::int32_t>()};
}

template <>
Pilote entity_at(const Tuple& row, std::size_t first) {
  Columns c{row, first};
  return {c.take<std::int32_t>(), c.take<std::string>(), c.maybe<std::string>()};
}

template <>
Vol entity_at(const Tuple& row, std::size_t first) {
  Columns c{row, first};
  Vol vol{c.take<std::string>(),   c.maybe<std::string>(),  statut_from(c.take<std::string>()).value(),
          c.maybe<Time>(),         c.maybe<Time>(),         c.maybe<Time>(),
          c.maybe<std::int32_t>(), c.maybe<std::int32_t>(), {}};
  return vol;
}

template <>
Passager entity_at(const Tuple& row, std::size_t first) {
  Columns c{row, first};
  return {c.take<std::int32_t>(), c.take<std::string>()};
}

template <>
Reservation entity_at(const Tuple& row, std::size_t first) {
  Columns c{row, first};
  return {c.take<std::string>(), c.take<std::int32_t>(), c.maybe<std::string>()};
}

const TupleShape& loaded_relation(const TupleShape& shape, std::string_view name, bool many, Kind from, Kind to) {
  const auto found = std::ranges::find(shape.relations, name, &TupleShape::name);
  if (found == shape.relations.end())
    throw std::logic_error(fmt::format("{} was not loaded with {}", name, shape.name));
  const Relation* r = relation(from, name);
  if (!r || r->to != to || r->many != many)
    throw std::logic_error(fmt::format("{} of {} is something else", name, shape.name));
  return *found;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "query/from.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "query/wire.hpp"

namespace carnet {
namespace {

/// Reads columns in the order of their table.
struct Columns {
  const Block& block;
  int row;
  std::size_t next;

  template <class T>
  static T read(std::string_view bytes) {
    if constexpr (std::integral<T>) {
      return static_cast<T>(integer_from_wire(bytes));
    } else if constexpr (std::same_as<T, Time>) {
      return time_from_wire(bytes);
    } else {
      return T{bytes};
    }
  }
  template <class T>
  T take() {
    return read<T>(block.bytes(row, next++));
  }
  template <class T>
  std::optional<T> maybe() {
    const std::size_t column = next++;
    const std::string_view bytes = block.bytes(row, column);
    if (bytes.empty() && block.null(row, column)) return std::nullopt;
    return read<T>(bytes);
  }
};

}  // namespace

// The order of evaluation in braces is that of the members, and theirs is that of the columns.

template <>
Avion entity_at(const Block& block, int row, std::size_t first) {
  Columns c{block, row, first};
  return {c.take<std::int32_t>(), c.take<std::string>(), c.maybe<std::string>(), c.maybe<std::int32_t>()};
}

template <>
Pilote entity_at(const Block& block, int row, std::size_t first) {
  Columns c{block, row, first};
  return {c.take<std::int32_t>(), c.take<std::string>(), c.maybe<std::string>()};
}

template <>
Vol entity_at(const Block& block, int row, std::size_t first) {
  Columns c{block, row, first};
  Vol vol{c.take<std::string>(),   c.maybe<std::string>(),  statut_from(c.take<std::string_view>()).value(),
          c.maybe<Time>(),         c.maybe<Time>(),         c.maybe<Time>(),
          c.maybe<std::int32_t>(), c.maybe<std::int32_t>(), {}};
  return vol;
}

template <>
Passager entity_at(const Block& block, int row, std::size_t first) {
  Columns c{block, row, first};
  return {c.take<std::int32_t>(), c.take<std::string>()};
}

template <>
Reservation entity_at(const Block& block, int row, std::size_t first) {
  Columns c{block, row, first};
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

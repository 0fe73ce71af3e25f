// SPDX-License-Identifier: Apache-2.0
// Reading what an older carnet wrote. An event whose members change gets a new schema version: the old struct stays
// under a name of its own, `Versions<E>` lists it before the new one, and an `upcast(Old) -> New` says what it means
// now.
#pragma once

#include <fmt/format.h>

#include <tuple>

#include "events/archive.hpp"

namespace carnet {

/// The structs that E was stored as, oldest first; the last is E itself. Specialise it for an event that has changed.
template <class E>
struct Versions {
  using types = std::tuple<E>;
};

template <class E>
constexpr std::uint8_t schema_version = std::tuple_size_v<typename Versions<E>::types>;

/// Reads an event that was stored as the given schema version (1 is the oldest), as it is understood now.
/// Throws BadBytes where there is no such version.
template <class E>
void read_version(Decoder& in, std::uint8_t schema, E& event) {
  using Types = typename Versions<E>::types;
  const auto lift = [](auto self, auto old) -> E {
    if constexpr (std::same_as<decltype(old), E>) {
      return old;
    } else {
      return self(self, upcast(std::move(old)));
    }
  };
  const auto read = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    if (schema != I + 1) return false;
    using Stored = std::tuple_element_t<I, Types>;
    if constexpr (std::same_as<Stored, E>) {
      in(event);
    } else {
      Stored stored;
      in(stored);
      event = lift(lift, std::move(stored));
    }
    return true;
  };
  const bool known = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (read(std::integral_constant<std::size_t, I>{}) || ...);
  }
  (std::make_index_sequence<std::tuple_size_v<Types>>{});
  if (!known)
    throw BadBytes(
        fmt::format("an event of schema version {}; this carnet knows 1 to {}", schema, std::tuple_size_v<Types>));
}

}  // namespace carnet

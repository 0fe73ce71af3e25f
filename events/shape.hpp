// SPDX-License-Identifier: Apache-2.0
// What is known of an event's struct at compile time: its name, its rule, and its members with the pointer to each.
#pragma once

#include <array>
#include <tuple>

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace carnet {

template <class E, class T>
struct Field {
  Member member;
  T E::*pointer;
};

namespace members {

template <class E, class T>
constexpr Field<E, T> required(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, true, false}, pointer};
}
template <class E, class T>
constexpr Field<E, T> required_or_null(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, true, true}, pointer};
}
template <class E, class T>
constexpr Field<E, T> optional(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, false, false}, pointer};
}
template <class E, class T>
constexpr Field<E, T> optional_or_null(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, false, true}, pointer};
}

}  // namespace members

/// What is known of event struct E at compile time.
template <class E>
struct Shape;

/// Calls f(field) for each member of E, in the catalogue's order.
template <class E, class F>
constexpr void for_each_member(F&& f) {
  std::apply([&](const auto&... field) { (f(field), ...); }, Shape<E>::members);
}

}  // namespace carnet

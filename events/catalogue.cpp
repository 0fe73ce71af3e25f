// SPDX-License-Identifier: Apache-2.0
#include "events/catalogue.hpp"

#include <algorithm>

#include "events/members.hpp"

namespace carnet {
namespace {

template <class E>
constexpr auto members_of() {
  constexpr auto own = std::apply([](const auto&... field) { return std::array{field.member...}; }, Shape<E>::members);
  if constexpr (requires { Shape<E>::nested; }) {
    std::array<Member, own.size() + Shape<E>::nested.size()> all{};
    std::ranges::copy(Shape<E>::nested, std::ranges::copy(own, all.begin()).out);
    return all;
  } else {
    return own;
  }
}

template <class E>
constexpr auto listed_members = members_of<E>();

template <class E>
constexpr EventType type_of() {
  return {Shape<E>::name,         Shape<E>::entity, listed_members<E>,
          Shape<E>::one_at_least, Shape<E>::rule,   Shape<E>::example};
}

template <class... E>
constexpr std::array<EventType, sizeof...(E)> types_of(const std::variant<E...>*) {
  return {type_of<E>()...};
}

constexpr auto types = types_of(static_cast<const Event*>(nullptr));

}  // namespace

std::span<const EventType> catalogue() {
  return types;
}

const EventType* event_type(std::string_view name) {
  auto found = std::ranges::find(types, name, &EventType::name);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace carnet

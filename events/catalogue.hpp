// SPDX-License-Identifier: Apache-2.0
// The catalogue of events: every type with its members and what they may hold. The parser, the printer, the command's
// TYPE key=value form and `carnet events` all read it here.
#pragma once

#include <span>
#include <string_view>

#include "events/entity.hpp"

namespace carnet {

enum class MemberType : std::uint8_t {
  numero,  ///< 1 to 10 characters from ! to ~.
  id,      ///< 1 to 2,147,483,647.
  speed,   ///< 0 to 2,147,483,647 km/h.
  text,    ///< 1 to max_characters Unicode characters without NUL.
  statut,  ///< One of the six.
  time,    ///< RFC 3339.
  avion,   ///< A nested object, members as in avion.registered.
  pilote,  ///< A nested object, members as in pilote.registered.
};

struct Member {
  std::string_view name;
  MemberType type;
  int max_characters;  ///< Of a text; else 0.
  bool required;
  bool nullable;
};

struct EventType {
  std::string_view name;  ///< "vol.took_off"
  Kind entity;
  std::span<const Member> members;
  bool one_at_least;         ///< Of the members that are not required.
  std::string_view rule;     ///< From which state to which, as a sentence.
  std::string_view example;  ///< An event line.
};

std::span<const EventType> catalogue();
const EventType* event_type(std::string_view name);  ///< Null if there is none.

}  // namespace carnet

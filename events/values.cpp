// SPDX-License-Identifier: Apache-2.0
#include "events/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "events/time.hpp"

namespace carnet {
namespace {

using json::Value;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string found(const Value& value) {
  constexpr std::size_t shown = 60;
  switch (value.kind) {
    case json::Kind::null:
      return "null";
    case json::Kind::boolean:
      return value.integer != 0 ? "true" : "false";
    case json::Kind::integer:
    case json::Kind::number:
      return std::string{value.text.substr(0, shown)};
    case json::Kind::array:
      return "an array";
    case json::Kind::object:
      return "an object";
    case json::Kind::text:
      break;
  }
  std::string out;
  std::size_t end = std::min(shown, value.text.size());
  while (end < value.text.size() && end > 0 && (value.text[end] & 0xC0) == 0x80) --end;  // never half a character
  json::append_quoted(out, value.text.substr(0, end));
  return end < value.text.size() ? out + "..." : out;
}

void Values::reject(Code code, std::string_view prefix, std::string_view name, std::string message) {
  if (rejection && rejection->code <= code) return;
  rejection = Rejection{code, fmt::format("{}{}", prefix, name), std::move(message)};
}

void Values::bad_value(std::string_view prefix, std::string_view name, const Value& value, std::string_view wanted) {
  reject(Code::bad_value, prefix, name, fmt::format("found {}; {}", found(value), wanted));
}

bool Values::is_text(const Value& value, std::string_view prefix, std::string_view name) {
  if (value.kind == json::Kind::text) return true;
  bad_value(prefix, name, value, "must be text");
  return false;
}

void Values::read(const Value& value, const Member& member, std::string_view prefix, std::string& out) {
  if (!is_text(value, prefix, member.name)) return;
  if (member.type == MemberType::numero) {
    constexpr int max_numero = 10;
    const bool printable = std::ranges::all_of(value.text, [](char c) { return c >= '!' && c <= '~'; });
    if (value.text.empty() || !printable) {
      return bad_value(prefix, member.name, value, "a numero is 1 to 10 characters from ! to ~");
    }
    if (value.text.size() > max_numero) {
      return reject(Code::too_long, prefix, member.name,
                    fmt::format("found {}, {} characters; at most {}", found(value), value.text.size(), max_numero));
    }
  } else {
    if (value.text.empty()) return bad_value(prefix, member.name, value, "at least one character is needed");
    if (value.text.find('\0') != value.text.npos) return bad_value(prefix, member.name, value, "NUL cannot be stored");
    if (const std::size_t count = characters(value.text); count > static_cast<std::size_t>(member.max_characters)) {
      return reject(Code::too_long, prefix, member.name,
                    fmt::format("found {}, {} characters; at most {}", found(value), count, member.max_characters));
    }
  }
  out = value.text;
}

void Values::read(const Value& value, const Member& member, std::string_view prefix, std::int32_t& out) {
  const std::int64_t least = member.type == MemberType::id ? 1 : 0;
  if (value.kind != json::Kind::integer || value.integer < least ||
      value.integer > std::numeric_limits<std::int32_t>::max()) {
    return bad_value(prefix, member.name, value, fmt::format("a whole number from {} to 2147483647 would do", least));
  }
  out = static_cast<std::int32_t>(value.integer);
}

void Values::read(const Value& value, const Member& member, std::string_view prefix, Statut& out) {
  if (!is_text(value, prefix, member.name)) return;
  const auto statut = statut_from(value.text);
  if (!statut) {
    return bad_value(prefix, member.name, value, "one of prévu, retardé, en vol, dérouté, atterri, annulé would do");
  }
  out = *statut;
}

void Values::read(const Value& value, const Member& member, std::string_view prefix, Time& out) {
  if (!is_text(value, prefix, member.name)) return;
  const auto time = time_from(value.text);
  if (!time) {
    return reject(
        Code::bad_time, prefix, member.name,
        fmt::format("found {}; RFC 3339 with an offset, such as 2026-11-22T10:05:00Z, would do", found(value)));
  }
  out = *time;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "cli/shell_event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/exit.hpp"
#include "events/catalogue.hpp"
#include "events/json.hpp"

namespace carnet {
namespace {

/// As JSON writes one: no leading zero, no plus. Anything else stays text, and parse_line says what would do.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits && (text.size() == 1 || text[0] != '0');
}

bool is_number(const EventType* type, std::string_view key) {
  if (key == "expect" || key == "position" || key == "version") return true;
  if (type == nullptr) return false;
  const auto member = std::ranges::find(type->members, key, &Member::name);
  return member != type->members.end() && (member->type == MemberType::id || member->type == MemberType::speed);
}

void append_value(std::string& out, const EventType* type, std::string_view key, std::string_view value) {
  if (value.empty()) {
    out += "null";
  } else if (is_number(type, key) && is_integer(value)) {
    out += value;
  } else {
    json::append_quoted(out, value);
  }
}

/// The event that a nested object's members are those of.
const EventType* nested_type(const EventType* type, std::string_view member) {
  const bool has = type != nullptr && std::ranges::find(type->members, member, &Member::name) != type->members.end();
  return has ? event_type(fmt::format("{}.registered", member)) : nullptr;
}

}  // namespace

std::string event_line(std::string_view type_name, std::span<const std::string> arguments) {
  const EventType* type = event_type(type_name);
  std::string line = R"({"type":)";
  json::append_quoted(line, type_name);
  std::vector<std::pair<std::string_view, std::string>> objects;  // nested ones, by member, in the order given
  for (std::string_view argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == 0 || equals == argument.npos) {
      throw Usage(
          fmt::format("append: {}: not key=value (after TYPE come its members, such as numero=AF101)", argument));
    }
    const std::string_view key = argument.substr(0, equals);
    const std::string_view value = argument.substr(equals + 1);
    const std::size_t dot = key.find('.');
    if (dot == key.npos) {
      line += ',';
      json::append_quoted(line, key);
      line += ':';
      append_value(line, type, key, value);
      continue;
    }
    const std::string_view object = key.substr(0, dot), member = key.substr(dot + 1);
    auto found = std::ranges::find(objects, object, [](const auto& named) { return named.first; });
    if (found == objects.end()) found = objects.insert(objects.end(), {object, {}});
    if (!found->second.empty()) found->second += ',';
    json::append_quoted(found->second, member);
    found->second += ':';
    append_value(found->second, nested_type(type, object), member, value);
  }
  for (const auto& [name, members] : objects) {
    line += ',';
    json::append_quoted(line, name);
    line += ":{" + members + '}';
  }
  return line + '}';
}

}  // namespace carnet

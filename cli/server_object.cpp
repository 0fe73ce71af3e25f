// SPDX-License-Identifier: Apache-2.0
#include "cli/server_object.hpp"

#include <system_error>

namespace carnet {

ServerObject::ServerObject(std::string_view json) : sound_(!parser_.parse(json)) {}

std::optional<std::size_t> ServerObject::find(std::string_view name, std::size_t in) const {
  std::optional<std::size_t> found;
  if (!sound_ || parser_[in].kind != json::Kind::object) return found;
  parser_.each(in, [&](const json::Value& value, std::size_t index) {
    if (value.name == name) found = index;
  });
  return found;
}

std::string ServerObject::text(std::string_view name) const {
  const auto at = find(name);
  return at && parser_[*at].kind == json::Kind::text ? std::string{parser_[*at].text} : std::string{};
}

std::vector<std::string> ServerObject::texts(std::string_view name) const {
  std::vector<std::string> all;
  const auto at = find(name);
  if (!at || parser_[*at].kind != json::Kind::array) return all;
  parser_.each(*at, [&](const json::Value& value, std::size_t) { all.emplace_back(value.text); });
  return all;
}

std::optional<std::int64_t> ServerObject::number(std::string_view name) const {
  const auto at = find(name);
  return at && parser_[*at].kind == json::Kind::integer ? std::optional(parser_[*at].integer) : std::nullopt;
}

bool ServerObject::flag(std::string_view name) const {
  const auto at = find(name);
  return at && parser_[*at].kind == json::Kind::boolean && parser_[*at].integer != 0;
}

std::optional<std::int64_t> ServerObject::number(std::string_view object, std::string_view name) const {
  const auto outer = find(object);
  const auto at = outer ? find(name, *outer) : std::nullopt;
  return at && parser_[*at].kind == json::Kind::integer ? std::optional(parser_[*at].integer) : std::nullopt;
}

Exit exit_of(int http_status, const ServerObject& problem) {
  if (const auto status = problem.number("exit")) return static_cast<Exit>(*status);
  if (http_status == 429 || http_status == 503) return Exit::locked;
  if (http_status == 507) return Exit::io;
  return Exit::failed;
}

void throw_system_error(int number, std::string what) {
  const std::error_code code(number, std::generic_category());
  const std::string end = ": " + code.message();  // which std::system_error appends
  if (what.ends_with(end)) what.resize(what.size() - end.size());
  throw std::system_error(code, what);
}

}  // namespace carnet

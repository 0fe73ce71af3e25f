// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/message.hpp"
#include "cli/serve/problem.hpp"
#include "events/nearest.hpp"

namespace carnet::serve {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

Parameters::Parameters(std::string_view query) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    auto name = percent_decoded(one.substr(0, equals), true);
    auto value = percent_decoded(equals == one.npos ? std::string_view{} : one.substr(equals + 1), true);
    if (!name || !value) throw Problem(400, fmt::format("{}: not percent-encoded as a parameter", printable(one)));
    all_.emplace_back(std::move(*name), std::move(*value));
  }
}

void Parameters::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : all_) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::vector<std::string_view> names(known);
    const std::string_view meant = nearest(name, names);
    throw Problem(400, fmt::format("{}: no such parameter{}", printable(name),
                                   meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)));
  }
}

std::vector<std::string> Parameters::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [one, value] : all_) {
    if (one == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string> Parameters::text(std::string_view name) const {
  std::vector<std::string> values = all(name);
  if (values.size() > 1) throw Problem(400, fmt::format("{}: given {} times; once would do", name, values.size()));
  return values.empty() ? std::nullopt : std::optional(std::move(values[0]));
}

bool Parameters::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false" || *value == "0") return false;
  if (value->empty() || *value == "true" || *value == "1") return true;
  throw Problem(400, fmt::format("{}: found {}; true or false would do", name, printable(*value)));
}

std::optional<std::uint64_t> Parameters::number(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  constexpr std::uint64_t most = 999'999'999'999'999'999;  // PostgreSQL's bigint holds it
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc{} && end == value->data() + value->size() && number <= most) return number;
  throw Problem(400, fmt::format("{}: found {}; a whole number would do", name, printable(*value)));
}

}  // namespace carnet::serve

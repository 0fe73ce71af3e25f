// SPDX-License-Identifier: Apache-2.0
#include "query/value.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "events/time.hpp"

namespace carnet {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};
constexpr std::int64_t second = 1'000'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::array units{
    Unit{"d", day},        Unit{"day", day},       Unit{"days", day},       Unit{"h", hour},
    Unit{"hour", hour},    Unit{"hours", hour},    Unit{"m", minute},       Unit{"min", minute},
    Unit{"mins", minute},  Unit{"minute", minute}, Unit{"minutes", minute}, Unit{"s", second},
    Unit{"sec", second},   Unit{"secs", second},   Unit{"second", second},  Unit{"seconds", second},
    Unit{"week", 7 * day}, Unit{"weeks", 7 * day},
};
constexpr double longest = 9e18;  // microseconds that fit in 64 bits, with room for rounding

/// Eats an unsigned number with decimals; negative if there is none.
double eat_number(std::string_view& text) {
  double number = -1;
  if (text.empty() || !digit(text[0])) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// `10:05` or `10:05:30.5`, behind its hours. Negative if it is not that.
double eat_clock(std::string_view& text, double hours) {
  double sum = hours * static_cast<double>(hour);
  for (double unit = minute; unit >= second && !text.empty() && text[0] == ':'; unit /= 60) {
    text.remove_prefix(1);
    const double number = eat_number(text);
    if (number < 0 || number >= 60) return -1;
    sum += number * unit;
  }
  return sum;
}

}  // namespace

std::string_view text(Type type) {
  static constexpr std::array<std::string_view, 8> names{"an integer", "a number",    "a text",   "a time",
                                                         "a duration", "a condition", "a number", "JSON"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<Time> time_literal(std::string_view text) {
  constexpr std::size_t date_size = 10;
  if (text.size() < date_size) return {};
  std::string full{text.substr(0, date_size)};
  std::string_view rest = text.substr(date_size);
  if (rest.empty()) return time_from(full + "T00:00:00Z");
  if (rest[0] != ' ' && rest[0] != 'T' && rest[0] != 't') return {};
  rest.remove_prefix(1);
  const std::size_t clock_end = std::min(rest.find_first_of("Zz+- "), rest.size());
  const std::string_view clock = rest.substr(0, clock_end);
  full.append("T").append(clock);
  if (clock.size() == 5) full += ":00";

  std::string_view offset = rest.substr(clock_end);
  if (offset.starts_with(' ')) offset.remove_prefix(1);
  if (offset.empty() || offset == "UTC") return time_from(full + "Z");
  full += offset.substr(0, 3);
  if (offset.size() == 3) full += ":00";                       // +01
  if (offset.size() == 5) full.append(":").append(offset, 3);  // +0100
  if (offset.size() == 6) full += offset.substr(3);
  return time_from(full);
}

std::optional<Duration> duration_literal(std::string_view text) {
  skip_spaces(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double sum = 0;
  bool any = false;
  for (skip_spaces(text); !text.empty(); skip_spaces(text)) {
    const double number = eat_number(text);
    if (number < 0) return {};
    if (!text.empty() && text[0] == ':') {
      const double clock = eat_clock(text, number);
      if (clock < 0) return {};
      sum += clock;
    } else {
      skip_spaces(text);
      std::size_t size = 0;
      while (size < text.size() && letter(text[size])) ++size;
      const auto* unit =
          std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == text.substr(0, size); });
      if (unit == units.end()) return {};
      text.remove_prefix(size);
      sum += number * static_cast<double>(unit->microseconds);
    }
    any = true;
  }
  if (!any || sum > longest) return {};
  return Duration{std::llround(negative ? -sum : sum)};
}

std::optional<Value> number_literal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !(digit(digits[0]) || digits[0] == '.')) return {};  // from_chars reads "inf", too
  const char *begin = text.data(), *end = begin + text.size();
  std::int64_t integer = 0;
  if (const auto [stop, error] = std::from_chars(begin, end, integer); error == std::errc{} && stop == end)
    return integer;
  double real = 0;
  if (const auto [stop, error] = std::from_chars(begin, end, real); error == std::errc{} && stop == end) return real;
  return {};
}

void append_text(std::string& out, const Value& value) {
  struct Append {
    std::string& out;
    void operator()(std::monostate) const {}
    void operator()(std::int64_t number) const {
      const fmt::format_int digits{number};
      out.append(digits.data(), digits.size());
    }
    void operator()(double number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
    void operator()(const std::string& text) const { out += text; }
    void operator()(Time time) const { carnet::append_text(out, time); }
    void operator()(Duration duration) const {
      const bool negative = duration.count() < 0;
      const auto all = static_cast<std::uint64_t>(negative ? -(duration.count() + 1) : duration.count()) + negative;
      const std::uint64_t seconds = all / 1'000'000, fraction = all % 1'000'000;
      fmt::format_to(std::back_inserter(out), "{}{:02}:{:02}:{:02}", negative ? "-" : "", seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
      if (fraction == 0) return;
      fmt::format_to(std::back_inserter(out), ".{:06}", fraction);
      out.erase(out.find_last_not_of('0') + 1);
    }
  };
  std::visit(Append{out}, value);
}

std::string text(const Value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

bool storable(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  auto left = static_cast<utf8proc_ssize_t>(utf8.size());
  while (left > 0) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(bytes, left, &point);
    if (size <= 0 || point == 0) return false;
    bytes += size;
    left -= size;
  }
  return true;
}

}  // namespace carnet

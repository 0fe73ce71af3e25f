// SPDX-License-Identifier: Apache-2.0
#include "events/time.hpp"

#include <date/date.h>

namespace carnet {
namespace {

using std::chrono::microseconds;

// Eats `count` digits from the front of `text`; -1 if they are not there. date::parse goes through a stream and costs
// ten times the parsing of the whole line.
int digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool eat(std::string_view& text, char upper, char lower) {
  if (text.empty() || (text[0] != upper && text[0] != lower)) return false;
  text.remove_prefix(1);
  return true;
}

bool eat(std::string_view& text, char c) {
  return eat(text, c, c);
}

constexpr Time first{date::sys_days{date::year{0} / 1 / 1}};
constexpr Time last = Time{date::sys_days{date::year{10000} / 1 / 1}} - microseconds{1};

void put(std::string& out, unsigned value, int width) {
  char digit[8];
  for (int i = width; i-- > 0; value /= 10) digit[i] = static_cast<char>('0' + value % 10);
  out.append(digit, static_cast<std::size_t>(width));
}

}  // namespace

std::optional<Time> time_from(std::string_view text) {
  const int year = digits(text, 4);
  if (year < 0 || !eat(text, '-')) return {};
  const int month = digits(text, 2);
  if (month < 0 || !eat(text, '-')) return {};
  const int day = digits(text, 2);
  if (day < 0 || !eat(text, 'T', 't')) return {};
  const date::year_month_day date{date::year{year}, date::month{static_cast<unsigned>(month)},
                                  date::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return {};

  const int hour = digits(text, 2);
  if (hour < 0 || hour > 23 || !eat(text, ':')) return {};
  const int minute = digits(text, 2);
  if (minute < 0 || minute > 59 || !eat(text, ':')) return {};
  const int second = digits(text, 2);
  if (second < 0 || second > 59) return {};
  int fraction = 0;
  if (eat(text, '.')) {
    int scale = 100'000, count = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), scale /= 10) {
      if (++count > 6) return {};
      fraction += (text[0] - '0') * scale;
    }
    if (count == 0) return {};
  }

  int offset_minutes = 0;
  if (!eat(text, 'Z', 'z')) {
    const bool east = !text.empty() && text[0] == '+';
    if (!eat(text, '+', '-')) return {};
    const int hours = digits(text, 2);
    if (hours < 0 || hours > 23 || !eat(text, ':')) return {};
    const int minutes = digits(text, 2);
    if (minutes < 0 || minutes > 59) return {};
    offset_minutes = (hours * 60 + minutes) * (east ? 1 : -1);
  }
  if (!text.empty()) return {};

  const Time time = date::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute - offset_minutes} +
                    std::chrono::seconds{second} + microseconds{fraction};
  if (time < first || time > last) return {};
  return time;
}

void append_text(std::string& out, Time time) {
  const auto day = date::floor<date::days>(time);
  const date::year_month_day date{day};
  auto rest = (time - day).count();
  const auto fraction = static_cast<unsigned>(rest % 1'000'000);
  const auto seconds = static_cast<unsigned>(rest / 1'000'000);
  put(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  put(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  put(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  put(out, seconds / 3600, 2);
  out += ':';
  put(out, seconds / 60 % 60, 2);
  out += ':';
  put(out, seconds % 60, 2);
  if (fraction != 0) {
    out += '.';
    put(out, fraction, 6);
    out.erase(out.find_last_not_of('0') + 1);
  }
  out += 'Z';
}

std::string text(Time time) {
  std::string out;
  append_text(out, time);
  return out;
}

Time now() {
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

}  // namespace carnet

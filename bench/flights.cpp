// SPDX-License-Identifier: Apache-2.0
#include "bench/flights.hpp"

#include <fmt/format.h>

#include <iterator>
#include <variant>

namespace carnet::bench {
namespace {

constexpr std::size_t under_way = block / 3;

/// As airlines name flights: carrier, number, day, of which there are 10,000. A day's flights come in no order.
std::string numero(std::size_t flight) {
  constexpr std::size_t a_day = 997;  // a prime, so that the step below visits them all
  constexpr const char* carriers[] = {"AF", "B6", "DL", "EV", "UA", "US", "WN"};
  const std::size_t route = flight % a_day * 389 % a_day;
  return fmt::format("{}{}{:04}", carriers[route % std::size(carriers)], 100 + route, flight / a_day);
}

}  // namespace

std::string flight_line(std::size_t n, bool with_id) {
  const std::size_t blocks = n / block, step = n % block / under_way;
  const std::size_t flight = blocks * under_way + n % under_way;
  constexpr const char* verbs[] = {"created", "took_off", "landed"};
  std::string line = fmt::format(R"({{"type":"vol.{}","time":"2026-01-01T{:02}:{:02}:{:02}Z","numero":"{}")",
                                 verbs[step], blocks / 3600 % 24, blocks / 60 % 60, blocks % 60, numero(flight));
  if (step == 0)
    line += fmt::format(R"(,"destination":"Madrid-Barajas","avion_id":{0},"pilote_id":{0})", flight % avions + 1);
  if (with_id) line += fmt::format(R"(,"id":"source-{:x}")", n * 0x9E3779B97F4A7C15u);
  return line + "}";
}

std::vector<Line> flights(std::size_t events, bool with_id) {
  std::vector<std::string> texts;
  for (std::size_t n = 0; n < events; ++n) texts.push_back(flight_line(n, with_id));
  return parsed(texts);
}

std::vector<Line> fleet() {
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= avions; ++i) {
    texts.push_back(fmt::format(R"({{"type":"avion.registered","avion_id":{},"modele":"A320"}})", i));
    texts.push_back(fmt::format(R"({{"type":"pilote.registered","pilote_id":{0},"nom":"P{0}","licence":"L{0}"}})", i));
  }
  return parsed(texts);
}

std::vector<std::vector<std::size_t>> shares(std::size_t events, std::size_t callers) {
  constexpr std::size_t blocks_of_the_fleet = avions / under_way;
  std::vector<std::vector<std::size_t>> all(callers);
  for (std::size_t n = 0; n < events; ++n) all[n / block % blocks_of_the_fleet % callers].push_back(n);
  return all;
}

std::vector<Line> parsed(const std::vector<std::string>& texts) {
  std::vector<Line> lines;
  lines.reserve(texts.size());
  for (const std::string& text : texts) lines.push_back(std::get<Line>(parse_line(text)));
  return lines;
}

}  // namespace carnet::bench

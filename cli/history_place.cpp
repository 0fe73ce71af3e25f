// SPDX-License-Identifier: Apache-2.0
#include "cli/history_place.hpp"

#include <fmt/format.h>

#include <charconv>

#include "cli/exit.hpp"
#include "query/value.hpp"

namespace carnet {

HistoryPlace history_place(std::string_view option, const std::string& text) {
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error == std::errc{} && end == text.data() + text.size()) return position;
  if (const auto time = time_literal(text)) return *time;
  throw Usage(fmt::format("{} {}: neither a position nor a time (such as 17, or 2026-11-22T10:05:00Z)", option, text));
}

}  // namespace carnet

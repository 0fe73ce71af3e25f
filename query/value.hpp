// SPDX-License-Identifier: Apache-2.0
// The values that questions compare with and answers are made of, and how they read as text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/entity.hpp"

namespace carnet {

/// Between two moments: what `heure_arrivee - heure_decollage` gives.
using Duration = std::chrono::microseconds;

/// The last two are of columns that only `carnet sql` gives, with values that are texts: a number with all its digits,
/// and what is JSON as it stands.
enum class Type : std::uint8_t { integer, real, text, time, duration, condition, decimal, json };

std::string_view text(Type);  ///< "an integer", "a time" ...: for messages.

/// monostate is null.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Time, Duration>;

inline bool is_null(const Value& value) {
  return value.index() == 0;
}

/// A time as people write one in a condition: a date, or date and time to the minute or finer, UTC where no offset is
/// given: `2026-11-22`, `2026-11-22 10:05`, `2026-11-22T10:05:00.5+01`. Null for anything else.
std::optional<Time> time_literal(std::string_view text);

/// A duration as in SQL, `2 hours 30 minutes`, `1.5 h`, or as a clock, `26:30`, `-0:05:10`. Null for anything else.
std::optional<Duration> duration_literal(std::string_view text);

/// A number; an integer where it is one that fits in 64 bits. Null for anything else, and beyond a double's range.
std::optional<Value> number_literal(std::string_view text);

/// As answers print it: 850, 812.5, 2026-11-22T10:05:00Z, 26:30:00. Nothing for null.
void append_text(std::string& out, const Value&);
std::string text(const Value&);

/// Well-formed and without NUL: what PostgreSQL takes as a text.
bool storable(std::string_view utf8);

}  // namespace carnet

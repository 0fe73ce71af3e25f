// SPDX-License-Identifier: Apache-2.0
// Moments as RFC 3339 text.
#pragma once

#include <string>
#include <string_view>

#include "events/entity.hpp"

namespace carnet {

/// Reads RFC 3339 with an offset and up to six decimals: `2026-11-22T10:05:00.25+01:00`. Null for anything else, for
/// leap seconds (PostgreSQL would store the next minute) and for what leaves the years 0000 to 9999 in UTC.
std::optional<Time> time_from(std::string_view text);

/// `2026-11-22T10:05:00Z`, with decimals only if any. The time is within the years 0000 to 9999.
std::string text(Time);
void append_text(std::string& out, Time);

/// The clock's now, in microseconds.
Time now();

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// A place in the history, as people give it: `--from 17`, `--as-of 2026-11-22T10:05`.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "events/record.hpp"

namespace carnet {

/// A position, or the time at which events happened.
using HistoryPlace = std::variant<Position, Time>;

/// Throws Usage, which names the command and the option, where the text is neither.
HistoryPlace history_place(std::string_view option, const std::string& text);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The known name that a mistyped one was probably meant to be.
#pragma once

#include <span>
#include <string_view>

namespace carnet {

/// The known name with the fewest letters inserted, deleted, replaced or swapped with their neighbour; the first of
/// equals. Empty where none is within a third of the word's length.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace carnet

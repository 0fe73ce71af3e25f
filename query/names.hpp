// SPDX-License-Identifier: Apache-2.0
// Dotted names, resolved against the tables; the messages for those that are not there.
#pragma once

#include <span>

#include "query/expr.hpp"

namespace carnet {

/// "vols" or "vol". Throws QuestionError.
Kind entity(std::string_view name);

/// Columns and relations, or throws QuestionError at the name's own place. `text_here`: a text could stand in its
/// place, and the message says how one is written.
Path resolve(Kind from, std::string_view dotted, Place, bool text_here = false);

/// ` (did you mean A? KNOWN are B, C)`.
std::string hint(std::string_view word, std::span<const std::string_view> known, std::string_view what_they_are);

}  // namespace carnet

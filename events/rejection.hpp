// SPDX-License-Identifier: Apache-2.0
// Why an event was not accepted: a value, not an exception.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carnet {

/// Stable codes, in the order in which they are checked over a whole line: the first that applies is the answer.
enum class Code : std::uint8_t {
  malformed,         ///< Not one JSON object, a duplicate member, invalid UTF-8, a lone surrogate.
  unknown_type,      ///< No such event.
  unknown_field,     ///< The event has no such member.
  missing_field,     ///< A member that must be there is not.
  bad_value,         ///< Of another kind or out of range; null where null may not be.
  too_long,          ///< More characters than the column holds.
  bad_time,          ///< Not RFC 3339 with an offset and up to six decimals.
  id_reused,         ///< The id was given before, to an event of other content.
  version_conflict,  ///< The stream is not at the version that was expected.
  already_exists,    ///< The id or numero was given before.
  not_found,         ///< Nothing alive has that id or numero.
  taken,             ///< The licence or the siege is somebody else's.
  bad_transition,    ///< The statut does not allow it.
  time_reversed,     ///< Earlier than what happened to this vol before.
  in_flight,         ///< The avion or the pilote is on another flight in the air.
};

std::string_view text(Code);  ///< "malformed", "unknown_type" ...

struct Rejection {
  Code code;
  std::string member;   ///< The member at fault; empty where it is the whole line.
  std::string message;  ///< What was found and what would do.
  bool operator==(const Rejection&) const = default;
};

}  // namespace carnet

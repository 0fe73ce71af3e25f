// SPDX-License-Identifier: Apache-2.0
#include "events/rejection.hpp"

namespace carnet {

std::string_view text(Code code) {
  switch (code) {
    case Code::malformed:
      return "malformed";
    case Code::unknown_type:
      return "unknown_type";
    case Code::unknown_field:
      return "unknown_field";
    case Code::missing_field:
      return "missing_field";
    case Code::bad_value:
      return "bad_value";
    case Code::too_long:
      return "too_long";
    case Code::bad_time:
      return "bad_time";
    case Code::id_reused:
      return "id_reused";
    case Code::version_conflict:
      return "version_conflict";
    case Code::already_exists:
      return "already_exists";
    case Code::not_found:
      return "not_found";
    case Code::taken:
      return "taken";
    case Code::bad_transition:
      return "bad_transition";
    case Code::time_reversed:
      return "time_reversed";
    case Code::in_flight:
      return "in_flight";
  }
  return {};
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "cli/receipt.hpp"

#include <fmt/format.h>

#include <iterator>

#include "events/json.hpp"

namespace carnet {

void append_receipt(std::string& out, const Line& line, const Receipt& receipt) {
  fmt::format_to(std::back_inserter(out), R"("position":{},"version":{})", receipt.position, receipt.version);
  if (receipt.duplicate) out += R"(,"duplicate":true)";
  if (receipt.id != 0) {
    fmt::format_to(std::back_inserter(out), R"(,"{}_id":{})", text(stream_of(line.event).kind), receipt.id);
  }
  if (receipt.avion_id != 0) fmt::format_to(std::back_inserter(out), R"(,"avion_id":{})", receipt.avion_id);
  if (receipt.pilote_id != 0) fmt::format_to(std::back_inserter(out), R"(,"pilote_id":{})", receipt.pilote_id);
}

void append_rejection(std::string& out, const Rejection& rejection) {
  fmt::format_to(std::back_inserter(out), R"("code":"{}","member":)", text(rejection.code));
  if (rejection.member.empty()) {
    out += "null";
  } else {
    json::append_quoted(out, rejection.member);
  }
  out += R"(,"message":)";
  json::append_quoted(out, rejection.message);
}

}  // namespace carnet

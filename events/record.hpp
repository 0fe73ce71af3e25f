// SPDX-License-Identifier: Apache-2.0
// An event as the ledger keeps it.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "events/event.hpp"

namespace carnet {

using Position = std::uint64_t;  ///< Place in the whole ledger: 1, 2, 3 ... without gaps. 0: before the first.
using Version = std::uint64_t;   ///< Place in one stream: 1, 2, 3 ... without gaps. 0: has no record.

/// XXH3-128 of an event's content as its source gave it; 32 hexadecimal digits in an event line.
struct Digest {
  std::uint64_t high = 0, low = 0;
  bool operator==(const Digest&) const = default;
};

/// What a CloudEvents 1.0 event carries beside its type, time, id and data.
struct CloudEvent {
  std::string source;
  std::string subject;  ///< Empty if none.
  /// Extension attributes by name, in the order given; each value as JSON text.
  std::vector<std::pair<std::string, std::string>> extensions;
  bool operator==(const CloudEvent&) const = default;
};

struct Record {
  Position position = 0;
  Version version = 0;
  Position previous = 0;       ///< Of the record before it in its stream; 0 for the first.
  Time time;                   ///< When it happened, as the source says.
  Time recorded;               ///< When the ledger took it; never decreases.
  std::uint64_t checksum = 0;  ///< Chained over the whole history up to here.
  std::string id;              ///< The source's own id; empty if none.
  std::optional<Digest> digest;
  std::optional<CloudEvent> cloud_event;
  std::uint8_t assigned = 0;  ///< Which ids the ledger gave: see `Assigned`.
  Event event;
  bool operator==(const Record&) const = default;
};

/// Bits of Record::assigned: the id of the entity that the event registers, or of a vol.created's nested ones.
enum Assigned : std::uint8_t { assigned_own = 1, assigned_avion = 2, assigned_pilote = 4 };

}  // namespace carnet

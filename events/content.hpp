// SPDX-License-Identifier: Apache-2.0
// The digest of an event's content, by which a repeated id is known to be the same event or another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "events/record.hpp"

namespace carnet {

/// Of the parsed line's members but those that say who sent it, what was expected, or what the ledger answered: id,
/// source, expect, position, version, recorded, digest, cloudevent. The order of members does not matter.
Digest content_digest(const json::Parser& line);

/// One key for an id and, of a CloudEvents event, its source.
Digest identity(const std::optional<CloudEvent>&, std::string_view id);

std::string text(const Digest&);                          ///< 32 hexadecimal digits.
std::optional<Digest> digest_from(std::string_view hex);  ///< Null for anything else.

/// A record that did not come as a CloudEvent is replayed as one under a source of the ledger's own: this and its uuid,
/// and this fragment behind it where the event has an id of its own. Read again, it is the plain event that it was.
inline constexpr std::string_view replay_source = "urn:uuid:";
inline constexpr std::string_view replay_source_of_ids = "#id";

}  // namespace carnet

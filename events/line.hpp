// SPDX-License-Identifier: Apache-2.0
// Event lines: one JSON object a line, flat or CloudEvents 1.0, in and out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "events/record.hpp"
#include "events/rejection.hpp"

namespace carnet {

/// What the source says that the entity's stream must be before the event.
struct Expect {
  enum class Is : std::uint8_t { anything, version, alive } is = Is::anything;
  Version version = 0;  ///< Where `is` is version; 0: the stream has no record.
  bool operator==(const Expect&) const = default;
};

/// A parsed event line: sound in itself, not yet judged against history.
struct Line {
  Event event;
  std::optional<Time> time;  ///< Null: it happened when it is accepted.
  std::string id;
  std::optional<Digest> digest;  ///< Of the content as given; there whenever there is an id.
  std::optional<CloudEvent> cloud_event;
  Digest identity;  ///< Of the id, where there is one: see content.hpp.
  Expect expect;
  std::optional<Position> position;  ///< What the ledger must give, from a replay.
  std::optional<Version> version;
  /// `avion: {...}` and `pilote: {...}` of a vol.created, recorded before it in the same commit.
  std::unique_ptr<AvionRegistered> avion;
  std::unique_ptr<PiloteRegistered> pilote;
};

inline constexpr std::size_t max_line_bytes = std::size_t{1} << 20;  ///< A longer line is malformed.

/// Reads one line, without its newline. Total: any bytes give a Line or a Rejection, never an exception.
std::variant<Line, Rejection> parse_line(std::string_view text);

/// The record as an event line with position, version and recorded; no newline. parse_line reads it back.
std::string to_line(const Record&);
/// The record as a CloudEvents 1.0 line; `uuid` makes a source for records that came without one.
std::string to_cloud_event(const Record&, std::string_view uuid);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Which records of the history are wanted: from, to, of which types.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "events/record.hpp"

namespace carnet {

class Selection {
 public:
  /// Each text as `replay` takes it; empty: no bound. `type`: globs, separated by commas. `option` is put before an
  /// option's name in a message: "replay: --". Throws Usage.
  Selection(const std::string& from, const std::string& to, const std::string& type, const std::string& option);

  Position first() const;
  Position last() const;
  bool ends() const { return to_.position.has_value(); }  ///< At a position.
  bool has(const Record& record) const {
    return types_[record.event.index()] && (!from_.time || record.time >= *from_.time) &&
           (!to_.time || record.time <= *to_.time);
  }
  /// By index into Event, whose order is the catalogue's.
  const auto& types() const { return types_; }

 private:
  /// One end of what is wanted; neither where there is none.
  struct Bound {
    std::optional<Position> position;
    std::optional<Time> time;
  };
  static Bound bound(const std::string& option, const std::string& given);

  Bound from_, to_;
  std::array<bool, std::variant_size_v<Event>> types_{};
};

}  // namespace carnet

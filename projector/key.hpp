// SPDX-License-Identifier: Apache-2.0
// Names of streams as the fold keeps them: small, and in the order of the tables.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>

#include "events/entity.hpp"

namespace carnet {

/// The name of a stream in 16 bytes, in the order of tables() and then of their primary keys.
struct Key {
  Kind kind = Kind::avion;
  std::array<char, 11> numero{};  ///< Ten at most, then NUL. Eleven leave no gap in the struct.
  std::int32_t id = 0;

  Key() = default;
  explicit Key(const Stream&);
  Stream stream() const;
  bool operator==(const Key&) const = default;
  auto operator<=>(const Key&) const = default;
  friend std::size_t hash_value(const Key&);
};

/// The streams from a key on, up to another one, which is not among them. Null: to the end.
struct KeyRange {
  Key from{};
  std::optional<Key> to;
  bool contains(const Key& key) const { return !(key < from) && (!to || key < *to); }
};

}  // namespace carnet

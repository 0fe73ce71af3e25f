// SPDX-License-Identifier: Apache-2.0
// Who was deleted, as far as rows that are left refer to them: in bounded memory, however many were.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <vector>

#include "events/event.hpp"
#include "projector/key.hpp"

namespace carnet {

class Deaths {
 public:
  explicit Deaths(std::size_t most = SIZE_MAX) : most_(most) {}

  void add(const Key&);

  /// There were more than `most`, and they were let go: `ask` which ones matter, and add all of them again.
  bool overflowed() const { return overflowed_; }
  void ask(std::vector<Key> keys);

  bool none() const { return dead_.empty() && asked_.empty(); }
  bool contains(const Key&) const;

 private:
  std::size_t place_of(const Key&) const;  // in asked_, or its size

  std::size_t most_;
  boost::unordered_flat_set<Key> dead_;
  bool overflowed_ = false;
  std::vector<Key> asked_;  // sorted
  std::vector<bool> answers_;
};

/// Whether the event deletes what others refer to and lose.
bool deletes(const Event&);

/// The entity after these deaths: what `settle` (rules.hpp) makes of it where everybody else lives.
Entity settled(Entity, const Deaths&);

}  // namespace carnet

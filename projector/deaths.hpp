// SPDX-License-Identifier: Apache-2.0
// Who was deleted, as far as rows that are left refer to them: in bounded memory, however many were.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <vector>

#include "events/event.hpp"

namespace carnet {

class Deaths {
 public:
  explicit Deaths(std::size_t most = SIZE_MAX) : most_(most) {}

  void add(const Stream&);

  /// There were more than `most`, and they were let go: `ask` which ones matter, and add all of them again.
  bool overflowed() const { return overflowed_; }
  void ask(std::vector<Stream> streams);

  bool none() const { return dead_.empty() && asked_.empty(); }
  bool contains(const Stream&) const;

 private:
  std::size_t place_of(const Stream&) const;  // in asked_, or its size

  std::size_t most_;
  boost::unordered_flat_set<Stream> dead_;
  bool overflowed_ = false;
  std::vector<Stream> asked_;  // sorted
  std::vector<bool> answers_;
};

/// Whether the event deletes what others refer to and lose.
bool deletes(const Event&);

/// The entity after these deaths: what `settle` (rules.hpp) makes of it where everybody else lives.
Entity settled(Entity, const Deaths&);

}  // namespace carnet

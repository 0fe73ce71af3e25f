// SPDX-License-Identifier: Apache-2.0
// A map in two generations: what was not used since the last turn is let go at the next one. No list to keep in order
// at every look-up, and memory for at most two turns.
#pragma once

#include <boost/unordered_map.hpp>
#include <utility>
#include <vector>

namespace carnet {

template <class Key, class Value, class Hash>
class Cache {
 public:
  struct Slot {
    Value value;
    bool dirty = false;
  };

  /// Null where it is not in memory. A slot stays where it is until the second turn from now.
  Slot* find(const Key& key) {
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    return &young_.insert(old_.extract(found)).position->second;
  }

  Slot& add(const Key& key, Value value) { return young_.emplace(key, Slot{std::move(value), false}).first->second; }

  std::size_t young() const { return young_.size(); }

  /// Calls visit(key, value) for what was changed since the last call; it counts as clean from then on.
  template <class Visit>
  void clean(Visit&& visit) {
    for (auto& [key, slot] : young_) {
      if (!std::exchange(slot.dirty, false)) continue;
      visit(key, slot.value);
    }
  }

  /// Everything must be clean.
  void turn() {
    old_ = std::move(young_);
    young_ = {};
  }

 private:
  // What is dirty is young: a change finds its slot first, and a turn follows cleaning.
  boost::unordered_map<Key, Slot, Hash> young_, old_;
};

}  // namespace carnet

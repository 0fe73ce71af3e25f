// SPDX-License-Identifier: Apache-2.0
// A hash map whose slots stay where they are, one behind the other in the order in which they came: what happens
// together lies together in memory, and a slot may be held on to while others are added.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <utility>
#include <vector>

namespace carnet {

template <class Key, class Value>
class Slots {
 public:
  struct Slot {
    Slot(const Key& k, std::size_t h) : key(k), hash(h) {}  // else all of the value would be made zero first
    Value value;
    Key key;  // by the end of the value, where a variant says what it is
    std::size_t hash;
    bool changed = false;
  };

  /// Null where there is none. The hash is the caller's to compute, once for several maps.
  const Slot* find(const Key& key, std::size_t hash) const {
    const auto found = index_.find(Sought{key, hash});
    return found == index_.end() ? nullptr : *found;
  }
  Slot* find(const Key& key, std::size_t hash) { return const_cast<Slot*>(std::as_const(*this).find(key, hash)); }

  /// With an empty value. The key must not be there yet.
  Slot& add(const Key& key, std::size_t hash) {
    if (full_ == blocks_.size()) blocks_.emplace_back().reserve(block_size);
    std::vector<Slot>& block = blocks_[full_];
    Slot& slot = block.emplace_back(key, hash);
    if (block.size() == block_size) ++full_;
    index_.insert(&slot);
    return slot;
  }

  /// What it takes in memory, about: half of the index is free.
  std::size_t bytes() const { return index_.size() * (sizeof(Slot) + 2 * sizeof(Slot*)); }
  void each(auto&& visit) const {
    for (const std::vector<Slot>& block : blocks_) {
      for (const Slot& slot : block) visit(slot);
    }
  }

  /// Keeps the memory: taking pages from the system and giving them back would cost as much as all the rest.
  void clear() {
    index_.clear();
    for (std::vector<Slot>& block : blocks_) block.clear();
    full_ = 0;
  }

 private:
  struct Sought {
    const Key& key;
    std::size_t hash;
  };
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const Slot* slot) const { return slot->hash; }
    std::size_t operator()(const Sought& sought) const { return sought.hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Slot* a, const Slot* b) const { return a == b; }
    bool operator()(const Sought& a, const Slot* b) const { return a.hash == b->hash && a.key == b->key; }
    bool operator()(const Slot* a, const Sought& b) const { return (*this)(b, a); }
  };
  static constexpr std::size_t block_size = 128;

  std::vector<std::vector<Slot>> blocks_;  // of block_size slots each, never more
  std::size_t full_ = 0;                   // as many of them are full
  boost::unordered_flat_set<const Slot*, Hash, Equal> index_;
};

}  // namespace carnet

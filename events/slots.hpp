// SPDX-License-Identifier: Apache-2.0
// A hash map whose slots stay where they are, one behind the other in the order in which they came: what happens
// together lies together in memory, and a slot may be held on to while others are added.
#pragma once

#include <boost/container/deque.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <utility>

namespace carnet {

template <class Key, class Value>
class Slots {
 public:
  struct Slot {
    Key key;
    std::size_t hash;
    Value value;
    bool changed = false;
  };

  /// Null where there is none. The hash is the caller's to compute, once for several maps.
  const Slot* find(const Key& key, std::size_t hash) const {
    const auto found = index_.find(Sought{key, hash});
    return found == index_.end() ? nullptr : *found;
  }
  Slot* find(const Key& key, std::size_t hash) { return const_cast<Slot*>(std::as_const(*this).find(key, hash)); }

  /// The key must not be there yet.
  Slot& add(Key key, std::size_t hash, Value value) {
    Slot& slot = slots_.emplace_back(Slot{std::move(key), hash, std::move(value)});
    index_.insert(&slot);
    return slot;
  }

  std::size_t size() const { return slots_.size(); }
  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.end(); }

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
  using Blocks = boost::container::deque_options<boost::container::block_size<128u>>::type;

  boost::container::deque<Slot, void, Blocks> slots_;
  boost::unordered_flat_set<const Slot*, Hash, Equal> index_;
};

}  // namespace carnet

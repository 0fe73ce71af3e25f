// SPDX-License-Identifier: Apache-2.0
// The ids of records, by their identities (content.hpp). Almost every one is new and is never asked for while it is in
// memory: they stand in a row, and are put into a map only when one is looked for.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <utility>
#include <vector>

#include "events/record.hpp"

namespace carnet {

class GivenIds {
 public:
  using Given = std::pair<Digest, Position>;

  /// It must not be there yet.
  void add(const Digest& identity, Position position) { all_.emplace_back(identity, position); }

  /// Null where it is not there.
  const Position* find(const Digest& identity) {
    for (; mapped_ < all_.size(); ++mapped_) map_.insert(all_[mapped_]);
    const auto found = map_.find(identity);
    return found == map_.end() ? nullptr : &found->second;
  }

  std::span<const Given> all() const { return all_; }  ///< In the order in which they came.

  /// Those that came after the first `size` go.
  void cut(std::size_t size) {
    for (; mapped_ > size; --mapped_) map_.erase(all_[mapped_ - 1].first);
    all_.resize(size);
  }
  void clear() {
    map_.clear();
    mapped_ = 0;
    all_.clear();
  }

  /// What they take in memory, about: half of the map is free.
  std::size_t bytes() const { return (all_.size() + 2 * mapped_) * sizeof(Given); }

 private:
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Digest& d) const { return d.low; }
  };

  std::vector<Given> all_;
  std::size_t mapped_ = 0;  // as many of them are in the map
  boost::unordered_flat_map<Digest, Position, Hash> map_;
};

}  // namespace carnet

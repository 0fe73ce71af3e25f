// SPDX-License-Identifier: Apache-2.0
#include "projector/deaths.hpp"

#include <algorithm>

namespace carnet {

void Deaths::add(const Key& key) {
  if (const std::size_t place = place_of(key); place < asked_.size()) answers_[place] = true;
  if (overflowed_) return;
  dead_.insert(key);
  if (dead_.size() <= most_) return;
  overflowed_ = true;
  dead_ = {};
}

void Deaths::ask(std::vector<Key> keys) {
  asked_ = std::move(keys);
  std::ranges::sort(asked_);
  asked_.erase(std::ranges::unique(asked_).begin(), asked_.end());
  answers_.assign(asked_.size(), false);
}

bool Deaths::contains(const Key& key) const {
  if (!overflowed_) return dead_.contains(key);
  const std::size_t place = place_of(key);
  return place < asked_.size() && answers_[place];
}

std::size_t Deaths::place_of(const Key& key) const {
  const auto found = std::ranges::lower_bound(asked_, key);
  return found == asked_.end() || *found != key ? asked_.size() : static_cast<std::size_t>(found - asked_.begin());
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/deaths.hpp"

#include <algorithm>

#include "events/rules.hpp"

namespace carnet {
namespace {

/// Knows who died, which is all that `settle` asks.
class WorldOfDeaths final : public World {
 public:
  explicit WorldOfDeaths(const Deaths& deaths) : deaths_(deaths) {}
  const Entity& find(const Stream& stream) override { return deaths_.contains(Key(stream)) ? nobody_ : somebody_; }
  bool known(const Stream&) override { return true; }
  std::optional<Stream> holder(const Claim&) override { return std::nullopt; }

 private:
  const Deaths& deaths_;
  const Entity nobody_, somebody_ = Avion{};
};

}  // namespace

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

bool deletes(const Event& event) {
  return std::holds_alternative<AvionDeleted>(event) || std::holds_alternative<PiloteDeleted>(event) ||
         std::holds_alternative<VolDeleted>(event) || std::holds_alternative<PassagerDeleted>(event);
}

Entity settled(Entity entity, const Deaths& deaths) {
  if (deaths.none()) return entity;
  WorldOfDeaths world(deaths);
  settle(entity, world);
  return entity;
}

}  // namespace carnet

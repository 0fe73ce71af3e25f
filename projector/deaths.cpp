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
  const Entity& find(const Stream& stream) override { return deaths_.contains(stream) ? nobody_ : somebody_; }
  bool known(const Stream&) override { return true; }
  std::optional<Stream> holder(const Claim&) override { return std::nullopt; }

 private:
  const Deaths& deaths_;
  const Entity nobody_, somebody_ = Avion{};
};

}  // namespace

void Deaths::add(const Stream& stream) {
  if (const std::size_t place = place_of(stream); place < asked_.size()) answers_[place] = true;
  if (overflowed_) return;
  dead_.insert(stream);
  if (dead_.size() <= most_) return;
  overflowed_ = true;
  dead_ = {};
}

void Deaths::ask(std::vector<Stream> streams) {
  asked_ = std::move(streams);
  std::ranges::sort(asked_);
  asked_.erase(std::ranges::unique(asked_).begin(), asked_.end());
  answers_.assign(asked_.size(), false);
}

bool Deaths::contains(const Stream& stream) const {
  if (!overflowed_) return dead_.contains(stream);
  const std::size_t place = place_of(stream);
  return place < asked_.size() && answers_[place];
}

std::size_t Deaths::place_of(const Stream& stream) const {
  const auto found = std::ranges::lower_bound(asked_, stream);
  return found == asked_.end() || *found != stream ? asked_.size() : static_cast<std::size_t>(found - asked_.begin());
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

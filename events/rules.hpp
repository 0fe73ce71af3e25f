// SPDX-License-Identifier: Apache-2.0
// The rules of flight, and nowhere else. The ledger judges with them, the projector folds with them, the tests' model
// is made of them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "events/event.hpp"
#include "events/rejection.hpp"

namespace carnet {

/// Something that one entity at a time can hold: a pilote's licence, a siege of a vol, an avion or a pilote in the air.
struct Claim {
  enum class Of : std::uint8_t { licence = 1, siege = 2, avion = 3, pilote = 4 };  // stored: never change a number
  Of of = Of::licence;
  std::int32_t id = 0;  ///< Of the avion or pilote in the air.
  std::string text;     ///< The licence; or the vol's numero, NUL, siege.
  bool operator==(const Claim&) const = default;
};

/// What a rule may look at: the history so far.
class World {
 public:
  virtual ~World() = default;
  /// The entity's state as its own events left it; monostate where it does not live. Valid until the next call.
  virtual const Entity& find(const Stream&) = 0;
  /// Whether the stream has a record, be it of an entity that was deleted since.
  virtual bool known(const Stream&) = 0;
  /// Who holds the claim by its own events; null if nobody.
  virtual std::optional<Stream> holder(const Claim&) = 0;
};

/// What the deletions of others did to an entity: a vol loses a dead avion or pilote, a reservation goes with its vol
/// or its passager.
void settle(Entity&, World&);
Entity settled(Entity, World&);  ///< A copy of it.

/// Why the event cannot happen now, or null if it can. The event's own values are sound (see line.hpp), its id given.
std::optional<Rejection> check(const Event&, Time time, World&);

/// Changes the entity (settled, and as `check` saw it) to what it is after the event. Total: never fails.
void apply(const Event&, Time time, Entity&);

/// At most two: no memory is taken for them at every event.
class Claims {
 public:
  void add(Claim claim) { held_[count_++] = std::move(claim); }
  const Claim* begin() const { return held_.data(); }
  const Claim* end() const { return held_.data() + count_; }

 private:
  std::array<Claim, 2> held_;
  std::size_t count_ = 0;
};
/// What the entity holds in this state.
Claims claims(const Entity&);

}  // namespace carnet

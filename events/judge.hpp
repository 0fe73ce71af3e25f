// SPDX-License-Identifier: Apache-2.0
// Judges one line against the history so far: ids, expected versions and positions, ids to give, then the rules.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "events/ledger.hpp"
#include "events/log.hpp"
#include "events/state.hpp"

namespace carnet {

class Judge {
 public:
  Judge(State& state, const Log& log) : state_(state), log_(log) {}

  /// Appends one to three records to `accepted` and folds them into the state, or changes nothing. `next` is the
  /// position that the first of them gets. `conditions` must hold before the first of a request's records, those before
  /// it being in `accepted`.
  Answer judge(const Line& line, Position next, Time recorded, std::span<const Condition> conditions,
               std::vector<Record>& accepted);

  /// Keeps an accepted record with an id at hand until it can be read from the log.
  void remember(Record);
  /// What goes up to the position is in the log.
  void forget(Position durable);

 private:
  std::optional<Answer> known_answer(const Line& line, const std::vector<Record>& accepted) const;
  std::optional<Rejection> unmet(const Condition& condition);
  std::optional<Rejection> conflict(const Line& line, const Stream& stream, Position position);
  Receipt take(Record& record, const Stream& stream);

  State& state_;
  const Log& log_;
  std::deque<Record> remembered_;  // in the order of their positions
};

}  // namespace carnet

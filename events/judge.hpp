// SPDX-License-Identifier: Apache-2.0
// Judges one line against the history so far: ids, expected versions and positions, ids to give, then the rules.
#pragma once

#include <array>
#include <functional>
#include <span>

#include "events/ledger.hpp"
#include "events/log.hpp"
#include "events/state.hpp"

namespace carnet {

class Judge {
 public:
  using RecordAt = std::function<Record(Position)>;
  /// `record_at` gives the records before those that the lines are judged into.
  Judge(State& state, RecordAt record_at) : state_(state), record_at_(std::move(record_at)) {}

  /// Adds one to three records to `accepted` and folds them into the state, or changes nothing. The conditions must
  /// hold before them.
  Answer judge(const Line& line, std::span<const Condition> conditions, Chunks& accepted);

 private:
  std::optional<Answer> known_answer(const Line& line, const Chunks& accepted) const;
  std::optional<Rejection> unmet(const Condition& condition);
  std::optional<Rejection> conflict(const Line& line, const State::Slot& own, Position position);
  Receipt take(Record& record, State::Slot& own, const Digest& identity, Chunks& accepted);

  State& state_;
  RecordAt record_at_;
  std::array<Record, 3> records_;  // of the line that is judged: their strings keep their memory
};

}  // namespace carnet

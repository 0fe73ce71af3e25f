// SPDX-License-Identifier: Apache-2.0
// Judges one line against the history so far: ids, expected versions and positions, ids to give, then the rules.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "events/ledger.hpp"
#include "events/log.hpp"
#include "events/state.hpp"

namespace carnet {

class Judge {
 public:
  Judge(State& state, const Log& log) : state_(state), log_(log) {}

  /// A new commit begins behind `durable`: what was accepted before is in the log.
  void begin_commit(Position durable);

  /// Accepts the line, with one to three records appended to `accepted` and folded into the state, or changes nothing.
  /// `next` is the position that the first of them gets; `recorded` is the commit's time.
  Answer judge(const Line& line, Position next, Time recorded, std::vector<Record>& accepted);

 private:
  struct Given {
    std::string source, id;
    Digest digest;
    Receipt receipt;
  };

  std::optional<Answer> known_answer(const Line& line);
  std::optional<Rejection> conflict(const Line& line, const Stream& stream, Position position);
  const Receipt& take(Record record, std::vector<Record>& accepted);

  State& state_;
  const Log& log_;
  Position durable_ = 0;
  std::unordered_map<Position, Given> given_;  // with an id, accepted in this commit
  Receipt receipt_;
};

}  // namespace carnet

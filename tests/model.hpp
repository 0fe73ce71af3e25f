// SPDX-License-Identifier: Apache-2.0
// What a ledger must answer and hold, worked out the naive way on std::map: no index, no cache, no batch. Tests hold
// the real one, and the tables, against it.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "events/ledger.hpp"
#include "events/rules.hpp"

namespace carnet {

class Model : public World {
 public:
  const Entity& find(const Stream&) override;
  bool known(const Stream&) override;
  /// Looks at every entity there is, as it is now.
  std::optional<Stream> holder(const Claim&) override;

  /// Judges one event by the rules alone and lets it happen if they allow it.
  std::optional<Rejection> happen(const Event&, Time);

  /// As Ledger::append, append_all and judge. A line without a time happens at `now`.
  std::vector<Answer> append(std::span<const Line>, Time now);
  std::vector<Answer> append_all(std::span<const Line>, Time now);

  /// Every entity that lives, settled: the rows of the tables.
  std::map<Stream, Entity> living();

  /// All that was accepted, in order. Their checksums are 0; `recorded` is the `now` of their append.
  const std::vector<Record>& records() const { return records_; }

 private:
  using Identity = std::pair<std::string, std::string>;  ///< A CloudEvent's source, or nothing; and the id.
  struct Known {
    Digest digest;
    Receipt receipt;
  };

  Answer append_one(const Line&, Time now);
  /// The events of a line in the order in which they are recorded, with the ids that the line left out.
  std::vector<Event> events_of(const Line&, Receipt&) const;
  std::optional<Rejection> conflict(const Line&, const Receipt&, const Stream&);
  void record(const Event&, Time time, Time recorded);

  std::map<Stream, Entity> entities_;  ///< By their own events alone; gone ones too.
  std::map<Stream, std::vector<Position>> streams_;
  std::map<Kind, std::int32_t> largest_;  ///< Ids ever given.
  std::map<Identity, Known> ids_;
  std::vector<Record> records_;
};

}  // namespace carnet

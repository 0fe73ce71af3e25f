// SPDX-License-Identifier: Apache-2.0
// Folds records into rows. Pure: no SQL, no files. The rules are those of events/rules.hpp.
//
// Each stream is folded by itself. What a deletion does to others (a vol loses its avion, a reservation goes with its
// vol) is done once, at the end: an id that died is never given again and never referred to again, so that it makes no
// difference when.
#pragma once

#include <array>
#include <boost/container/deque.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "events/reader.hpp"
#include "projector/deaths.hpp"
#include "projector/row.hpp"

namespace carnet {

/// What a window of history changes in the tables.
struct Changes {
  struct OfTable {
    std::vector<const Row*> inserted, updated;
    std::vector<Stream> deleted;
  };
  std::array<OfTable, 5> of;  ///< In the order of tables(). Rows live as long as the fold.
};

/// The streams from one on, up to another one, which is not among them. Null: to the end.
struct StreamRange {
  Stream from{};
  std::optional<Stream> to;
  bool contains(const Stream& stream) const { return !(stream < from) && (!to || stream < *to); }
};

class Fold {
 public:
  Fold() = default;
  /// Of a whole history: takes the streams from one on, as many of them as fit in that memory. Where more come, it
  /// lets the upper half of them go, and range() gets shorter; another fold of the same records goes on from there.
  Fold(Stream from, std::size_t memory_bytes);

  /// Records in order, without gaps. Throws Damage where a stream's record does not follow its last one.
  void take(const Record&);

  /// After the last record. Where it is true, more died than that memory holds: take_death wants all records again.
  bool asks_for_deaths();
  void take_death(const Record&);

  /// The streams that began before the first record taken: the fold goes on from their rows.
  std::vector<Stream> missing() const;
  void supply(Row);

  /// After that nothing is taken any more. Throws Mismatch where a missing row was not supplied, or is not the one that
  /// the history goes on from.
  Changes finish();

  const StreamRange& range() const { return range_; }
  double share() const;  ///< Of all streams that the records began, those that it took.

 private:
  struct State {
    Stream stream;
    Row row;
    bool stored = false;  ///< The tables have it.
    bool waits = false;   ///< Its row is missing.
  };
  struct Waiting {
    State* state;
    Position position, previous;
    Time time;
    Event event;
  };
  void advance(State&, const Event&, Time, Position position, Position previous);
  void let_go_of_half();

  StreamRange range_;
  std::size_t states_bytes_ = SIZE_MAX, used_bytes_ = 0;
  boost::unordered_flat_map<Stream, State*> index_;
  // In order of appearance, which is the order of the rows in the tables. The standard deque has two of them in a
  // block.
  using Block = boost::container::deque_options<boost::container::block_size<256>>::type;
  using States = boost::container::deque<State, void, Block>;
  States states_;
  std::vector<Waiting> waiting_;
  std::size_t begun_ = 0;  // streams, in the range or not
  Deaths deaths_;          // of all streams, in the range or not
};

}  // namespace carnet

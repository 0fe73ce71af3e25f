// SPDX-License-Identifier: Apache-2.0
// What the ledger must know to judge the next event: the current entities, who holds what, the ids that were given. It
// is a projection of the log with a checkpoint of its own: changes gather in memory and are written back sorted, and
// what was not written back is folded again at the next opening. So an append costs the log's one key and no more.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <span>

#include "events/codec.hpp"
#include "events/given_ids.hpp"
#include "events/line.hpp"
#include "events/log.hpp"
#include "events/slots.hpp"
#include "events/stored_keys.hpp"

namespace carnet {

/// Memory holds two generations. What changes, and what is looked up, goes to the young one. When that is full it
/// becomes the old one, which nobody changes any more: a thread writes it to disk while the next one fills.
class State final : public World {
 public:
  /// `directory` takes the files that are handed over to RocksDB.
  State(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes);
  ~State() override;

  /// A stream in memory. It stays where it is until the next turn.
  using Slot = Slots<Stream, Known>::Slot;

  const Entity& find(const Stream&) override;
  bool known(const Stream&) override;
  std::optional<Stream> holder(const Claim&) override;

  /// With version and position of the stream's last record; zeros if it has none.
  Slot& slot(const Stream&);
  /// Whether the entity lives, others' deletions counted.
  bool lives(const Stream&);
  /// The position of the record that was given this identity (content.hpp); 0 if none.
  Position position_of(const Digest& identity);
  /// The next id to give to an avion, pilote or passager; 0 when the last one is given.
  std::int32_t next_id(Kind) const;

  /// Reads at once what the lines will ask for, one look-up after the other being what a large state costs most. What
  /// was found of the ids is remembered until the next call.
  void prefetch(std::span<const Line> lines);

  /// Makes the state what it is after the record, which follows the last one.
  void fold(const Record&);
  void fold(const Record&, Slot& own, const Digest& identity);  ///< Of its event and of its id, which are at hand.

  /// From here to `keep` or `roll_back`, changes can be undone.
  void begin();
  void keep();
  void roll_back();

  /// Up to where the state goes that is on disk or on its way there.
  const Tail& checkpoint() const { return checkpoint_; }
  /// Whether enough has gathered for a turn, the last record being at the position.
  bool due(Position) const;
  /// The young generation becomes the old one: the state up to the tail. Not between `begin` and `keep`.
  void turn(const Tail&);
  /// Begins to write back the old generation, whose records must be durable by now.
  void write_back();
  /// Turns and writes back if it is due, all records up to the tail being durable.
  void committed(const Tail&);
  /// Turns, writes back and waits.
  void flush(const Tail&);

 private:
  using Entities = Slots<Stream, Known>;
  struct Holding {
    std::optional<Stream> holder, stored;  // now; and on disk, or on its way there, when this generation was begun
  };
  using Claims = Slots<Claim, Holding>;
  using Largest = std::array<std::int32_t, 6>;  // by Kind

  struct Generation {
    Entities entities;
    Claims claims;
    GivenIds ids;
    Largest largest{};
    Tail tail;

    std::size_t bytes() const;
    void clear();
  };

  bool read_checkpoint();
  Slot* in_memory(const Stream&, std::size_t hash);
  Holding& holding(const Claim&);
  void change(Slot&);
  void hold(Holding&, const std::optional<Stream>& holder);
  bool stored(const std::string& key, std::string& value);
  void write(const Generation&) const;
  void wait_for_writer();

  rocksdb::DB& db_;
  std::filesystem::path directory_;
  std::size_t memory_bytes_;
  std::unique_ptr<Generation> young_ = std::make_unique<Generation>();
  std::unique_ptr<Generation> old_ = std::make_unique<Generation>();  // but for the map of its ids, read only
  GivenIds ids_looked_up_;
  Slot* last_ = nullptr;  // an event asks for its own stream again and again
  Largest largest_{};
  Tail checkpoint_;
  std::future<void> writer_;
  StoredKeys stored_keys_;

  bool undoing_ = false;
  std::vector<std::pair<Slot*, Known>> undo_entities_;
  std::vector<std::pair<Holding*, std::optional<Stream>>> undo_claims_;
  std::size_t undo_ids_ = 0;  // there were as many
  Largest undo_largest_{};
};

}  // namespace carnet

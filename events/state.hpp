// SPDX-License-Identifier: Apache-2.0
// What the ledger must know to judge the next event: the current entities, who holds what, the ids that were given. It
// is a projection of the log with a checkpoint of its own: changes gather in memory and are written back sorted, and
// what was not written back is folded again at the next opening. So an append costs the log's one key and no more.
#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <future>
#include <memory>
#include <span>

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>

#include "events/cache.hpp"
#include "events/codec.hpp"
#include "events/line.hpp"
#include "events/log.hpp"

namespace carnet {

class State final : public World {
 public:
  /// `directory` takes the files that are handed over to RocksDB.
  State(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes);
  ~State() override;

  const Entity& find(const Stream&) override;
  bool known(const Stream&) override;
  std::optional<Stream> holder(const Claim&) override;

  /// Version and position of the stream's last record; zeros if it has none.
  const Known& stream(const Stream&);
  /// Whether the entity lives, others' deletions counted.
  bool lives(const Stream&);
  /// The position of the record that was given this identity (content.hpp); 0 if none.
  Position position_of(const Digest& identity);
  /// The next id to give to an avion, pilote or passager; 0 when the last one is given.
  std::int32_t next_id(Kind) const;

  /// Reads at once what the lines will ask for, one look-up after the other being what a large state costs most. The
  /// ids that are not there are remembered until the next call.
  void prefetch(std::span<const Line* const> lines);

  /// Makes the state what it is after the record, which follows the last one.
  void fold(const Record&);

  /// From here to `keep` or `roll_back`, changes can be undone.
  void begin();
  void keep();
  void roll_back();

  /// Up to where the state on disk goes.
  const Tail& checkpoint() const { return checkpoint_; }
  /// After a commit: writes back when enough has gathered, and lets go of what fills the memory. Not between begin and
  /// keep.
  void committed(const Tail&);
  /// Writes back everything now.
  void write_back(const Tail&, bool wait);

 private:
  struct ClaimHash {
    std::size_t operator()(const Claim&) const;
  };
  struct StreamHash {
    std::size_t operator()(const Stream&) const;
  };
  struct DigestHash {
    std::size_t operator()(const Digest& d) const { return d.low; }
  };
  using Entities = Cache<Stream, Known, StreamHash>;
  using Claims = Cache<Claim, std::optional<Stream>, ClaimHash>;
  using Ids = boost::unordered_flat_map<Digest, Position, DigestHash>;
  using Sorted = std::vector<std::pair<std::string, std::string>>;

  Entities::Slot& entity(const Stream&);
  Entities::Slot& entity_behind_last(const Stream&);
  Claims::Slot& claim(const Claim&);
  void hold(const Claim&, Claims::Slot&, std::optional<Stream> holder);
  bool stored(const std::string& key, std::string& value);
  void write_file(Sorted, std::uint64_t number);
  void wait_for_writer();

  rocksdb::DB& db_;
  std::filesystem::path directory_;
  std::size_t memory_bytes_;
  Entities entities_;
  Claims claims_;
  Ids ids_, ids_being_written_, ids_looked_up_;
  // An event asks for its own stream again and again.
  Stream last_stream_;
  Entities::Slot* last_slot_ = nullptr;
  std::array<std::int32_t, 6> largest_{};  // by Kind
  Tail checkpoint_;
  bool nothing_stored_ = false;  // and nothing let go: what is not in memory does not exist
  std::future<void> writer_;
  std::uint64_t files_ = 0;

  bool undoing_ = false;
  std::vector<std::pair<Stream, Known>> undo_entities_;
  std::vector<std::pair<Claim, std::optional<Stream>>> undo_claims_;
  std::vector<Digest> undo_ids_;
  std::array<std::int32_t, 6> undo_largest_{};
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/verify.hpp"

#include <fmt/format.h>

#include "events/content.hpp"
#include "events/directory.hpp"
#include "events/state.hpp"
#include "events/store.hpp"
#include "events/temporary_directory.hpp"

namespace carnet {
namespace {

constexpr std::size_t memory_bytes = std::size_t{64} << 20;

std::string place(const Record& record) {
  return fmt::format("position {}, {} version {}", record.position, text(stream_of(record.event)), record.version);
}

// What the history before says against the record; null if nothing.
std::optional<std::string> against(const Record& record, State& state) {
  const Stream stream = stream_of(record.event);
  const Known& before = state.slot(stream).value;
  if (record.version != before.version + 1) {
    return fmt::format("{}: the version before it is {}", place(record), before.version);
  }
  if (record.previous != before.position) {
    return fmt::format("{}: says that its stream's last record is at {}, which is at {}", place(record),
                       record.previous, before.position);
  }
  if (!record.id.empty()) {
    const Digest key = identity(record.cloud_event, record.id);
    if (const Position first = state.position_of(key); first != 0) {
      return fmt::format("{}: its id was given at position {}", place(record), first);
    }
  }
  if (const auto rejection = check(record.event, record.time, state)) {
    return fmt::format("{}: {}: {}", place(record), text(rejection->code), rejection->message);
  }
  return std::nullopt;
}

// The first key where the two differ; null if they are equal.
std::optional<std::string> difference(rocksdb::DB& kept, rocksdb::DB& folded) {
  const std::unique_ptr<rocksdb::Iterator> a(kept.NewIterator({})), b(folded.NewIterator({}));
  for (a->SeekToFirst(), b->SeekToFirst(); a->Valid() || b->Valid(); a->Next(), b->Next()) {
    if (a->Valid() && b->Valid() && a->key() == b->key() && a->value() == b->value()) continue;
    const bool extra = a->Valid() && (!b->Valid() || a->key().compare(b->key()) < 0);
    return fmt::format("its entry {} {}", (extra ? a : b)->key().ToString(true),
                       extra                                              ? "has no place in the history"
                       : a->Valid() && b->Valid() && a->key() == b->key() ? "is not what the history gives"
                                                                          : "is missing");
  }
  store::check(a->status(), "state");
  store::check(b->status(), "state folded anew");
  return std::nullopt;
}

std::optional<std::string> fold_again(const Directory& directory, Reader& reader,
                                      const std::function<void(Position)>& progress) {
  // Opened first: what the owner writes back from now on is not looked at.
  std::unique_ptr<rocksdb::DB> kept;
  Tail checkpoint;
  if (std::filesystem::exists(directory.state() / "CURRENT")) {
    kept = store::open_beside(store::state_options(memory_bytes / 2), directory.state());
    checkpoint = State(*kept, directory.state(), memory_bytes / 4).checkpoint();
  }
  const TemporaryDirectory scratch("carnet-verify");  // for the state that is folded anew
  const auto folded_db = store::open(store::state_options(memory_bytes / 2), scratch.path(), true);
  State folded(*folded_db, scratch.path(), memory_bytes / 2);
  reader.refresh();
  std::optional<std::string> fault;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    if (fault = against(record, folded); fault) return false;
    folded.fold(record);
    const Tail tail{record.position, record.checksum, record.recorded};
    if (record.position == checkpoint.position) {
      folded.flush(tail);
      if (fault = difference(*kept, *folded_db); fault) {
        fault = fmt::format("{}: {} (move the directory away: it is folded anew from the log)",
                            directory.state().string(), *fault);
        return false;
      }
    }
    folded.committed(tail);
    if (record.position % 10'000 == 0) progress(record.position);
    return true;
  });
  if (!fault && checkpoint.position > reader.head().position) {
    fault = fmt::format("{}: goes to position {}, beyond the log's end at {}", directory.state().string(),
                        checkpoint.position, reader.head().position);
  }
  return fault;
}

}  // namespace

Verdict verify(const std::filesystem::path& ledger, bool deep, const std::function<void(Position)>& progress) {
  const Directory directory{ledger};
  Verdict verdict;
  try {
    Reader reader(ledger);
    verdict.head = reader.head();
    reader.chunks([&](std::string_view key, std::string_view) { progress(store::from_ordered_key(key)); });
    if (!deep) return verdict;
    verdict.folded = true;
    try {
      verdict.foldable = fold_again(directory, reader, progress);
      verdict.head = reader.head();
    } catch (const Damage& damage) {
      verdict.foldable = damage.what();
    }
  } catch (const Damage& damage) {
    verdict.ledger = damage.what();
  }
  return verdict;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/reader.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "events/directory.hpp"
#include "events/head.hpp"
#include "events/log.hpp"
#include "events/state.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

constexpr std::size_t memory_bytes = std::size_t{32} << 20;

std::string uuid_of(const Directory& directory) {
  std::string uuid = directory.uuid();
  if (uuid.empty() && std::filesystem::exists(directory.log())) {
    throw Damage(directory.identity().string() + ": is missing");
  }
  if (uuid.empty()) {
    throw std::system_error(ENOENT, std::generic_category(), directory.path.string() + ": no ledger");
  }
  return uuid;
}

}  // namespace

std::optional<Head> published_head(const std::filesystem::path& path) {
  const Directory directory{path};
  const std::string uuid = directory.uuid();
  if (uuid.empty()) return std::nullopt;
  const HeadFile file(directory.head(), false, false);
  if (file.owner() != 0 && !Ownership::taken(directory)) return std::nullopt;
  const HeadFile::Mark mark = file.read();
  return Head{uuid, mark.position, mark.checksum};
}

struct Reader::Impl {
  Directory directory;
  Head head;
  HeadFile head_file;
  std::unique_ptr<rocksdb::DB> db;
  Log log;
  std::unique_ptr<rocksdb::DB> state_db;

  explicit Impl(const std::filesystem::path& path)
      : directory{path},
        head{uuid_of(directory), 0, 0},
        head_file(directory.head(), false, false),
        db(open_beside(store::log_options(memory_bytes), directory.log())),
        log(*db) {}

  // The files can change under a look at them: one can go between the manifest that names it and its opening. Where
  // nobody owns the directory, a third look will see what the second one saw.
  bool look_again(int attempt) const {
    constexpr int tries = 20;
    if (attempt == tries || (attempt > 2 && !Ownership::taken(directory))) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * attempt));
    return true;
  }

  std::unique_ptr<rocksdb::DB> open_beside(const rocksdb::Options& options, const std::filesystem::path& path) const {
    for (int attempt = 1;; ++attempt) {
      try {
        return store::open_beside(options, path);
      } catch (const Damage&) {
        if (!look_again(attempt)) throw;
      }
    }
  }

  // Looks twice: a file of the write-ahead log can go, flushed, between RocksDB's look at the manifest and its look at
  // the files, and its records are missing in the middle until the next look at the manifest.
  void catch_up(rocksdb::DB& with, const std::filesystem::path& path) const {
    for (int attempt = 1, looks = 0; looks < 2; ++attempt) {
      const rocksdb::Status status = with.TryCatchUpWithPrimary();
      if (status.ok()) {
        ++looks;
      } else if (!look_again(attempt)) {
        store::check(status, path.string());
      }
    }
  }

  // With an owner at work, what it has published is durable and what stands behind that may not be. Without one, what
  // is in the files is made durable first, then it may be shown.
  void refresh() {
    for (bool owned = Ownership::taken(directory);;) {
      const HeadFile::Mark mark = head_file.read();
      catch_up(*db, directory.log());
      const Tail tail = log.tail();
      if (tail.position < mark.position) {
        throw Damage(fmt::format("{}: the log ends at position {}, but {} was acknowledged", directory.log().string(),
                                 tail.position, mark.position));
      }
      if (owned) {
        head.position = mark.position;
        head.checksum = mark.checksum;
        break;
      }
      if (tail.position > mark.position) directory.sync_log();
      head.position = tail.position;
      head.checksum = tail.checksum;
      // An owner that came meanwhile may have written what is not durable yet.
      owned = Ownership::taken(directory);
      if (!owned) break;
    }
    if (log.checksum_at(head.position) != head.checksum) {
      throw Damage(fmt::format("{}: position {} is not the record that was acknowledged", directory.log().string(),
                               head.position));
    }
  }

  // The stream's last position that the reader may see, 0 if none: from the state on disk, then from the tail of the
  // log that the state does not cover yet.
  Position last_of(const Stream& stream) {
    Position last = 0, covered = 0;
    if (std::filesystem::exists(directory.state() / "CURRENT")) {
      if (!state_db) state_db = open_beside(store::state_options(memory_bytes), directory.state());
      catch_up(*state_db, directory.state());
      State state(*state_db, directory.state(), memory_bytes);
      last = state.slot(stream).value.position;
      covered = state.checkpoint().position;
    }
    if (last > head.position) catch_up(*db, directory.log());  // the state was looked at later than the log
    while (last > head.position) last = log.at(last).previous;
    log.scan(covered + 1, head.position, [&](const Record& record) {
      if (stream_of(record.event) == stream) last = record.position;
      return true;
    });
    return last;
  }
};

Reader::Reader(const std::filesystem::path& directory) : impl_(std::make_unique<Impl>(directory)) {
  refresh();
}
Reader::~Reader() = default;

const Head& Reader::head() const {
  return impl_->head;
}
void Reader::refresh() {
  impl_->refresh();
}

bool Reader::wait(std::chrono::milliseconds timeout) const {
  return impl_->head_file.wait_beyond(impl_->head.position, timeout);
}

void Reader::scan(Position from, Position to, const std::function<bool(const Record&)>& visit) {
  impl_->log.scan(std::max<Position>(from, 1), std::min(to, impl_->head.position), visit);
}

void Reader::chunks(const std::function<void(std::string_view, std::string_view)>& visit) {
  impl_->log.chunks(1, impl_->head.position, visit);
}

std::uint64_t Reader::checksum_at(Position position) {
  return impl_->log.checksum_at(position);
}

void Reader::history(const Stream& stream, const std::function<bool(const Record&)>& visit) {
  std::vector<Position> positions;
  for (Position p = impl_->last_of(stream); p != 0; p = impl_->log.at(p).previous) positions.push_back(p);
  for (auto p = positions.rbegin(); p != positions.rend(); ++p) {
    if (!visit(impl_->log.at(*p))) return;
  }
}

}  // namespace carnet

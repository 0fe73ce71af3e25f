// SPDX-License-Identifier: Apache-2.0
#include "events/ledger.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>

#include "events/directory.hpp"
#include "events/head.hpp"
#include "events/judge.hpp"
#include "events/log.hpp"
#include "events/state.hpp"
#include "events/store.hpp"
#include "events/time.hpp"

namespace carnet {
namespace {

// A commit takes in what waits up to so many lines; its records are in memory until it is durable.
constexpr std::size_t max_commit_lines = 16 << 10;

/// One caller's lines, waiting for their answers.
struct Request {
  enum class Mode : std::uint8_t { by_line, all, judge_by_line, judge_all } mode;
  std::span<const Line> lines;
  std::vector<Answer> answers;
  std::exception_ptr failure;
  bool done = false;
  std::condition_variable changed;

  bool atomic() const { return mode == Mode::all || mode == Mode::judge_all; }
  bool dry() const { return mode == Mode::judge_by_line || mode == Mode::judge_all; }
};

Directory made(const std::filesystem::path& path) {
  std::filesystem::create_directories(path);
  ::chmod(path.c_str(), 0700);
  return {path};
}

std::unique_ptr<rocksdb::DB> open_state(const Directory& directory, std::size_t memory_bytes) {
  try {
    return store::open(store::state_options(memory_bytes), directory.state(), true);
  } catch (const Damage& damage) {
    throw Damage(fmt::format("{} (move that directory away: it is folded anew from the log)", damage.what()));
  }
}

}  // namespace

struct Ledger::Impl {
  Options options;
  Directory directory;
  Ownership ownership;
  std::string uuid;
  HeadFile head_file;
  std::unique_ptr<rocksdb::DB> log_db, state_db;
  Log log;
  State state;
  Judge judge;
  Tail tail;
  std::string failed;  // why nothing more is written, once a write has failed

  mutable std::mutex mutex;  // guards what follows, and `tail` towards other threads
  std::deque<Request*> waiting;
  bool leading = false;

  Impl(const std::filesystem::path& path, Options o)
      : options(o),
        directory(made(path)),
        ownership(directory, o.wait),
        uuid(directory.uuid()),
        head_file(directory.head(), true, uuid.empty()),
        log_db(store::open(store::log_options(o.memory_bytes), directory.log(), uuid.empty())),
        state_db(open_state(directory, o.memory_bytes)),
        log(*log_db),
        state(*state_db, directory.state(), o.memory_bytes / 2),
        judge(state, log),
        tail(log.tail()) {
    compare_with_head();
    if (uuid.empty()) {
      if (tail.position != 0) throw Damage(directory.identity().string() + ": is missing, but there are records");
      uuid = directory.make_identity();
    }
    refold();
    head_file.publish({tail.position, tail.checksum});
    head_file.sync();
  }

  ~Impl() {
    try {
      if (failed.empty()) state.write_back(tail, true);  // else the state may be ahead of the log
      head_file.sync();
    } catch (const std::exception&) {  // the next opening folds what was not written back
    }
  }

  // RocksDB opens without complaint where the end of the log was lost; what was acknowledged must be there.
  void compare_with_head() const {
    const HeadFile::Mark mark = head_file.read();
    if (tail.position < mark.position) {
      throw Damage(
          fmt::format("{}: the log ends at position {}, but {} was acknowledged: its newest files are lost or "
                      "damaged (restore a backup)",
                      directory.log().string(), tail.position, mark.position));
    }
    if (log.checksum_at(mark.position) != mark.checksum) {
      throw Damage(fmt::format("{}: position {} is not the record that was acknowledged (restore a backup)",
                               directory.log().string(), mark.position));
    }
  }

  void refold() {
    const Tail from = state.checkpoint();
    if (from.position > tail.position || log.checksum_at(from.position) != from.checksum) {
      throw Damage(fmt::format("{}: goes to position {} of another log; the log ends at {}", directory.state().string(),
                               from.position, tail.position));
    }
    log.scan(from.position + 1, tail.position, [&](const Record& record) {
      state.fold(record);
      state.committed({record.position, record.checksum, record.recorded});
      return true;
    });
  }

  std::vector<Answer> submit(Request::Mode mode, std::span<const Line> lines) {
    Request request{mode, lines, {}, {}, false, {}};
    std::unique_lock lock(mutex);
    waiting.push_back(&request);
    request.changed.wait(lock, [&] { return request.done || (!leading && waiting.front() == &request); });
    if (!request.done) lead(lock);
    lock.unlock();
    if (request.failure) std::rethrow_exception(request.failure);
    return std::move(request.answers);
  }

  // The caller at the front takes what waits, its own request first, and commits it for all. While it syncs, the next
  // ones gather; the first of those leads next.
  void lead(std::unique_lock<std::mutex>& lock) {
    leading = true;
    std::vector<Request*> taken;
    for (std::size_t lines = 0; !waiting.empty() && lines < max_commit_lines; waiting.pop_front()) {
      taken.push_back(waiting.front());
      lines += waiting.front()->lines.size();
    }
    lock.unlock();
    std::exception_ptr failure;
    std::optional<Tail> after;  // not a plain Tail: g++ 12 lets a commit that throws write into that
    try {
      after = commit(taken);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (after) tail = *after;
    leading = false;
    for (Request* request : taken) {
      request->failure = failure;
      request->done = true;
      request->changed.notify_one();
    }
    if (!waiting.empty()) waiting.front()->changed.notify_one();
  }

  Tail commit(const std::vector<Request*>& requests) {
    if (!failed.empty()) {
      throw std::system_error(EIO, std::generic_category(), "the ledger must be opened again: " + failed);
    }
    require_space();
    try {
      const Time recorded = std::max(tail.recorded, now());
      rocksdb::WriteBatch batch(0, 0, 8, 0);  // protected by checksums from here to the file
      ChunkWriter writer(batch, tail, recorded);
      judge.begin_commit(tail.position);
      Position next = tail.position + 1;
      prefetch(requests);
      for (Request* request : requests) answer(*request, writer, next, recorded);
      const Tail after = writer.finish();
      if (after.position == tail.position) return tail;
      rocksdb::WriteOptions durable;
      durable.sync = true;
      store::check(log_db->Write(durable, &batch), directory.log().string());
      head_file.publish({after.position, after.checksum});
      try {
        state.committed(after);
      } catch (const std::exception& e) {
        failed = e.what();  // this commit is durable and is answered; there is no other one
      }
      return after;
    } catch (const std::exception& e) {
      failed = e.what();  // what became of the write is unknown, and the state may be ahead of the log
      throw;
    }
  }

  void prefetch(const std::vector<Request*>& requests) {
    std::vector<const Line*> lines;
    for (const Request* request : requests) {
      for (const Line& line : request->lines) lines.push_back(&line);
    }
    state.prefetch(lines);
  }

  void answer(Request& request, ChunkWriter& writer, Position& next, Time recorded) {
    std::vector<Record> accepted;
    const auto keep = [&] {
      for (Record& record : accepted) writer.add(record);
      accepted.clear();
    };
    const Position first = next;
    if (request.atomic() || request.dry()) state.begin();
    bool refused = false;
    request.answers.reserve(request.lines.size());
    for (const Line& line : request.lines) {
      const std::size_t before = accepted.size();
      request.answers.push_back(judge.judge(line, next, recorded, accepted));
      refused = std::holds_alternative<Rejection>(request.answers.back());
      if (refused && request.atomic()) break;
      next += accepted.size() - before;
      if (!request.atomic() && !request.dry()) keep();
    }
    if (request.dry() || (request.atomic() && refused)) {
      state.roll_back();
      next = first;
    } else if (request.atomic()) {
      state.keep();
      keep();
    }
  }

  void require_space() const {
    struct statvfs info {};
    if (::statvfs(directory.log().c_str(), &info) != 0) return;
    const std::uint64_t free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
    if (free_bytes >= options.free_bytes_floor) return;
    throw std::system_error(ENOSPC, std::generic_category(),
                            fmt::format("{}: {} MiB free, {} MiB needed (make room; reading goes on)",
                                        directory.path.string(), free_bytes >> 20, options.free_bytes_floor >> 20));
  }
};

Ledger::Ledger(const std::filesystem::path& directory, Options options)
    : impl_(std::make_unique<Impl>(directory, options)) {}
Ledger::~Ledger() = default;

std::vector<Answer> Ledger::append(std::span<const Line> lines) {
  return impl_->submit(Request::Mode::by_line, lines);
}
std::vector<Answer> Ledger::append_all(std::span<const Line> lines) {
  return impl_->submit(Request::Mode::all, lines);
}
std::vector<Answer> Ledger::judge(std::span<const Line> lines, bool all) {
  return impl_->submit(all ? Request::Mode::judge_all : Request::Mode::judge_by_line, lines);
}

Head Ledger::head() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->uuid, impl_->tail.position, impl_->tail.checksum};
}

}  // namespace carnet

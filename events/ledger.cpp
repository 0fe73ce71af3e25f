// SPDX-License-Identifier: Apache-2.0
#include "events/ledger.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <atomic>
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

// A commit takes in no more once it has so many lines: its records are in memory until it is durable.
constexpr std::size_t max_commit_lines = 16 << 10;

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

bool ends_with_a_rejection(const std::vector<Answer>& answers) {
  return !answers.empty() && std::holds_alternative<Rejection>(answers.back());
}

}  // namespace

/// What is written and synced in one go: the requests that were judged since the commit before it was sealed.
struct Ledger::Commit {
  Chunks chunks;
  std::size_t lines = 0;
  std::exception_ptr failure;
  std::atomic<bool> led = false;  // somebody writes it, or is about to
  std::atomic<bool> done = false;

  explicit Commit(const Tail& tail) : chunks(tail, now()) {}
};

struct Ledger::Impl {
  Options options;
  Directory directory;
  Ownership ownership;
  std::string uuid;
  HeadFile head_file;
  std::unique_ptr<rocksdb::DB> log_db, state_db;
  Log log;

  std::mutex judging;  // guards what follows; the order of positions is that in which it is taken
  State state;
  Judge judge;
  std::shared_ptr<Commit> open;    // takes in requests; null until the first one comes
  std::shared_ptr<Commit> sealed;  // the last one, which may not be durable yet
  Tail sealed_tail;                // behind it
  std::string failed;              // why nothing more is written, once a write has failed
  std::chrono::steady_clock::time_point space_seen;

  std::mutex writing;                 // held from a commit's sealing until it is durable
  std::atomic<bool> sealing = false;  // who judges lets the writer go first, or a commit would never end

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
        judge(state,
              [this](Position p) { return sealed && sealed->chunks.holds(p) ? sealed->chunks.at(p) : log.at(p); }),
        sealed_tail(log.tail()) {
    compare_with_head();
    if (uuid.empty()) {
      if (sealed_tail.position != 0)
        throw Damage(directory.identity().string() + ": is missing, but there are records");
      uuid = directory.make_identity();
    }
    refold();
    head_file.publish({sealed_tail.position, sealed_tail.checksum});
    head_file.sync();
  }

  ~Impl() {
    try {
      if (failed.empty()) state.flush(sealed_tail);  // else the state may be ahead of the log
      head_file.sync();
    } catch (const std::exception&) {  // the next opening folds what was not written back
    }
  }

  // RocksDB opens without complaint where the end of the log was lost; what was acknowledged must be there.
  void compare_with_head() const {
    const HeadFile::Mark mark = head_file.read();
    if (sealed_tail.position < mark.position) {
      throw Damage(
          fmt::format("{}: the log ends at position {}, but {} was acknowledged: its newest files are lost or "
                      "damaged (restore a backup)",
                      directory.log().string(), sealed_tail.position, mark.position));
    }
    if (log.checksum_at(mark.position) != mark.checksum) {
      throw Damage(fmt::format("{}: position {} is not the record that was acknowledged (restore a backup)",
                               directory.log().string(), mark.position));
    }
  }

  void refold() {
    const Tail from = state.checkpoint();
    if (from.position > sealed_tail.position || log.checksum_at(from.position) != from.checksum) {
      throw Damage(fmt::format("{}: goes to position {} of another log; the log ends at {}", directory.state().string(),
                               from.position, sealed_tail.position));
    }
    log.scan(from.position + 1, sealed_tail.position, [&](const Record& record) {
      state.fold(record);
      state.committed({record.position, record.checksum, record.recorded});
      return true;
    });
  }

  /// Judges the lines into the open commit: each for itself, or `all` or none.
  Pending submit(std::span<const Line> lines, bool all, std::span<const Condition> conditions) {
    sealing.wait(true);
    std::unique_lock lock(judging);
    while (open && open->lines >= max_commit_lines) {
      const std::shared_ptr<Commit> full = open;
      lock.unlock();
      write(*full);
      lock.lock();
    }
    refuse_if_failed();
    if (!open) {
      require_space();
      open = std::make_shared<Commit>(sealed_tail);
    }
    const std::shared_ptr<Commit> commit = open;
    try {
      return {*this, answers(lines, all, conditions, *commit), commit};
    } catch (...) {  // all of this commit is refused
      lock.unlock();
      write(*commit);
      throw;
    }
  }

  std::vector<Answer> answers(std::span<const Line> lines, bool all, std::span<const Condition> conditions,
                              Commit& commit) try {
    commit.lines += lines.size();
    const Chunks::Mark before = commit.chunks.mark();
    if (all) state.begin();
    std::vector<Answer> given = judged_into(commit.chunks, lines, all, conditions);
    if (all && ends_with_a_rejection(given)) {
      commit.chunks.roll_back(before);
      state.roll_back();
    } else if (all) {
      state.keep();
    }
    return given;
  } catch (const std::exception& e) {
    failed = e.what();  // the state may hold half of the request
    throw;
  }

  // One answer a line; `all`: they end with the first rejection. The conditions are those of the first record.
  std::vector<Answer> judged_into(Chunks& chunks, std::span<const Line> lines, bool all,
                                  std::span<const Condition> conditions) {
    constexpr std::size_t at_once = 256;  // what they ask for stays near the processor until they are judged
    const Position before = chunks.tail().position;
    std::vector<Answer> answers;
    answers.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i % at_once == 0) state.prefetch(lines.subspan(i, std::min(at_once, lines.size() - i)));
      const bool first = chunks.tail().position == before;
      answers.push_back(judge.judge(lines[i], first ? conditions : std::span<const Condition>{}, chunks));
      if (all && ends_with_a_rejection(answers)) break;
    }
    return answers;
  }

  /// What `submit` would answer. Leaves the state as it was.
  std::vector<Answer> dry_answers(std::span<const Line> lines, bool all, std::span<const Condition> conditions) {
    sealing.wait(true);
    const std::lock_guard lock(judging);
    refuse_if_failed();
    try {
      Chunks none(sealed_tail, now());
      Chunks& chunks = open ? open->chunks : none;
      const Chunks::Mark before = chunks.mark();
      state.begin();
      std::vector<Answer> answers = judged_into(chunks, lines, all, conditions);
      chunks.roll_back(before);
      state.roll_back();
      return answers;
    } catch (const std::exception& e) {
      failed = e.what();  // likewise
      throw;
    }
  }

  /// Seals the commit, makes it durable and lets those go on who wait for it. Whoever comes second finds it done.
  void write(Commit& commit) {
    const std::lock_guard writer(writing);
    if (commit.done) return;
    bool turned = false;
    try {
      turned = seal(commit);
      rocksdb::WriteBatch batch{0, 0, 8, 0};  // protected by checksums from here to the file
      commit.chunks.write(batch);
      if (batch.Count() > 0) {
        rocksdb::WriteOptions durable;
        durable.sync = true;
        store::check(log_db->Write(durable, &batch), directory.log().string());
        const Tail& tail = commit.chunks.tail();
        head_file.publish({tail.position, tail.checksum});
      }
    } catch (const std::exception& e) {
      commit.failure = std::current_exception();
      fail(e);  // what became of the write is unknown
    }
    commit.done = true;
    commit.done.notify_all();
    try {
      if (turned && !commit.failure) state.write_back();
    } catch (const std::exception& e) {
      fail(e);  // this commit is durable and was answered; there is no other one
    }
  }

  /// From here on requests go to the next commit. Whether the state has a generation to be written back.
  bool seal(Commit& commit) {
    sealing = true;
    const std::lock_guard lock(judging);
    sealing = false;
    sealing.notify_all();
    sealed = std::move(open);
    refuse_if_failed();
    sealed_tail = commit.chunks.tail();
    const bool due = state.due(sealed_tail.position);
    if (due) state.turn(sealed_tail);
    return due;
  }

  void fail(const std::exception& e) {
    const std::lock_guard lock(judging);
    if (failed.empty()) failed = e.what();
  }

  void refuse_if_failed() const {
    if (failed.empty()) return;
    throw std::system_error(EIO, std::generic_category(), "the ledger must be opened again: " + failed);
  }

  // What fits between two looks is far less than the floor.
  void require_space() {
    const auto time = std::chrono::steady_clock::now();
    if (time - space_seen < std::chrono::milliseconds(100)) return;
    struct statvfs info {};
    if (::statvfs(directory.log().c_str(), &info) != 0) return;
    const std::uint64_t free_bytes = std::uint64_t{info.f_bavail} * info.f_frsize;
    if (free_bytes >= options.free_bytes_floor) {
      space_seen = time;
      return;
    }
    throw std::system_error(ENOSPC, std::generic_category(),
                            fmt::format("{}: {} MiB free, {} MiB needed (make room; reading goes on)",
                                        directory.path.string(), free_bytes >> 20, options.free_bytes_floor >> 20));
  }
};

Ledger::Pending::~Pending() {
  wait_for_commit();
}

std::vector<Answer> Ledger::Pending::wait() {
  wait_for_commit();
  const std::shared_ptr<Commit> commit = std::exchange(commit_, nullptr);
  if (commit && commit->failure) std::rethrow_exception(commit->failure);
  return std::move(answers_);
}

void Ledger::Pending::wait_for_commit() {
  if (!commit_) return;
  if (!commit_->led.exchange(true)) ledger_.write(*commit_);
  commit_->done.wait(false);
}

Ledger::Ledger(const std::filesystem::path& directory, Options options)
    : impl_(std::make_unique<Impl>(directory, options)) {}
Ledger::~Ledger() = default;

std::vector<Answer> Ledger::append(std::span<const Line> lines) {
  return submit(lines).wait();
}
std::vector<Answer> Ledger::append_all(std::span<const Line> lines, std::span<const Condition> conditions) {
  return impl_->submit(lines, true, conditions).wait();
}
Ledger::Pending Ledger::submit(std::span<const Line> lines) {
  return impl_->submit(lines, false, {});
}
std::vector<Answer> Ledger::judge(std::span<const Line> lines, bool all, std::span<const Condition> conditions) {
  return impl_->dry_answers(lines, all, conditions);
}

Head Ledger::head() const {
  const HeadFile::Mark mark = impl_->head_file.read();
  return {impl_->uuid, mark.position, mark.checksum};
}

}  // namespace carnet

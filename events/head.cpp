// SPDX-License-Identifier: Apache-2.0
#include "events/head.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <condition_variable>
#include <limits>
#include <system_error>

#include "events/reader.hpp"

namespace carnet {
namespace {

constexpr std::size_t file_size = 4096;

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

struct Slot {
  std::atomic<std::uint64_t> number, position, checksum, own_checksum;

  static std::uint64_t sum(std::uint64_t number, std::uint64_t position, std::uint64_t checksum) {
    const std::uint64_t all[] = {number, position, checksum};
    return XXH3_64bits(all, sizeof all);
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace

// FORMAT.md, "Head".
struct HeadFile::Page {
  Slot slots[2];
  std::atomic<std::uint64_t> owner;
  std::atomic<std::uint32_t> bell;  // changes with every mark; readers sleep on it

  // The newer whole slot. A slot that is being written has a wrong sum for some nanoseconds; the other one is whole.
  bool newest(Mark& mark, std::uint64_t& number) const {
    bool found = false;
    for (const Slot& slot : slots) {
      const std::uint64_t n = slot.number.load(), p = slot.position.load(), c = slot.checksum.load();
      if (slot.own_checksum.load() != Slot::sum(n, p, c) || (found && n < number)) continue;
      mark = {p, c};
      number = n;
      found = true;
    }
    return found;
  }
};

HeadFile::HeadFile(const std::filesystem::path& path, bool owner, bool create) : owner_(owner), path_(path) {
  const int file = ::open(path.c_str(), (owner ? O_RDWR : O_RDONLY) | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
  if (file < 0 && errno == ENOENT) throw Damage(path.string() + ": is missing");
  if (file < 0) fail(path);
  struct stat info {};
  ::fstat(file, &info);
  // Allocated, since a store into a mapped hole on a full disk ends the process.
  if (info.st_size == 0 && create) {
    if (const int error = ::posix_fallocate(file, 0, file_size); error != 0) {
      ::close(file);
      throw std::system_error(error, std::generic_category(), path.string());
    }
    info.st_size = file_size;
  }
  if (info.st_size != static_cast<off_t>(file_size)) {
    ::close(file);
    throw Damage(path.string() + ": is not " + std::to_string(file_size) + " bytes long");
  }
  void* const map = ::mmap(nullptr, file_size, PROT_READ | (owner ? PROT_WRITE : 0), MAP_SHARED, file, 0);
  ::close(file);
  if (map == MAP_FAILED) fail(path);
  page_ = static_cast<Page*>(map);
  Mark mark;
  std::uint64_t number = 0;
  if (create && !page_->newest(mark, number)) publish({});  // new, or its making was cut short
  read();
  if (!owner) return;
  page_->owner.store(static_cast<std::uint64_t>(::getpid()));
  sync();
  syncer_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    for (Position synced = 0; !stop.stop_requested();) {
      wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
      Mark newest;
      std::uint64_t its_number = 0;
      if (!page_->newest(newest, its_number) || newest.position == synced) continue;
      // Where it fails, what is on disk is older: less is known after a power loss, nothing else is wrong.
      if (::msync(page_, file_size, MS_SYNC) == 0) synced = newest.position;
    }
  });
}

HeadFile::~HeadFile() {
  if (syncer_.joinable()) {
    syncer_.request_stop();
    syncer_.join();
  }
  if (page_ == nullptr) return;
  if (owner_) {
    page_->owner.store(0);
    ::msync(page_, file_size, MS_SYNC);
  }
  ::munmap(page_, file_size);
}

HeadFile::Mark HeadFile::read() const {
  Mark mark;
  std::uint64_t number = 0;
  // Both slots can look torn to a reader that is interrupted between them: a second look settles it.
  for (int tries = 0; tries < 100; ++tries) {
    if (page_->newest(mark, number)) return mark;
    ::usleep(100);
  }
  throw Damage(path_.string() + ": neither of its two marks is whole");
}

pid_t HeadFile::owner() const {
  return static_cast<pid_t>(page_->owner.load());
}

void HeadFile::publish(Mark mark) {
  Mark last;
  std::uint64_t number = 0;
  if (!page_->newest(last, number)) number = 0;
  Slot& slot = page_->slots[(number + 1) % 2];
  slot.number.store(number + 1);
  slot.position.store(mark.position);
  slot.checksum.store(mark.checksum);
  slot.own_checksum.store(Slot::sum(number + 1, mark.position, mark.checksum));
  page_->bell.fetch_add(1);
  ::syscall(SYS_futex, &page_->bell, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

bool HeadFile::wait_beyond(Position position, std::chrono::milliseconds timeout) const {
  const std::uint32_t heard = page_->bell.load();
  if (read().position > position) return true;
  const timespec time{timeout.count() / 1000, timeout.count() % 1000 * 1'000'000};
  ::syscall(SYS_futex, &page_->bell, FUTEX_WAIT, heard, &time, nullptr, 0);
  return read().position > position;
}

void HeadFile::sync() {
  if (::msync(page_, file_size, MS_SYNC) != 0) fail(path_);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/backup.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include "events/directory.hpp"
#include "events/head.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

constexpr std::size_t memory_bytes = std::size_t{64} << 20;

void copy_log(Reader& from, const Directory& to, const std::function<void(Position)>& progress) {
  const auto target = store::open(store::log_options(memory_bytes), to.log(), true);
  rocksdb::WriteOptions unsynced;
  unsynced.disableWAL = true;  // flushed as a whole at the end
  from.chunks([&](std::string_view key, std::string_view value) {
    store::check(target->Put(unsynced, rocksdb::Slice(key), rocksdb::Slice(value)), to.log().string());
    progress(store::from_ordered_key(key));
  });
  store::check(target->Flush({}), to.log().string());
}

void read_back(const std::filesystem::path& copy, const Head& head) {
  Reader reader(copy);
  std::uint64_t last = 0;
  reader.scan(1, head.position, [&](const Record& record) {
    last = record.checksum;
    return true;
  });
  if (reader.head().position != head.position || last != head.checksum) {
    throw Damage(fmt::format("{}: the copy does not end as the ledger does", copy.string()));
  }
}

}  // namespace

Head copy_ledger(const std::filesystem::path& from, const std::filesystem::path& to,
                 const std::function<void(Position)>& progress) {
  std::error_code missing;
  if (std::filesystem::exists(to) && !std::filesystem::is_empty(to, missing)) {
    throw std::system_error(ENOTEMPTY, std::generic_category(), to.string());
  }
  const Directory source{from}, target{to};
  Reader reader(from);
  const Head head = reader.head();
  const bool made = std::filesystem::create_directories(to);
  ::chmod(to.c_str(), 0700);
  try {
    copy_log(reader, target, progress);
    HeadFile(target.head(), true, true).publish({head.position, head.checksum});
    target.copy_identity(source);
    read_back(to, head);
  } catch (...) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(to, ignored)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
    if (made) std::filesystem::remove(to, ignored);
    throw;
  }
  return head;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "events/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include "events/head.hpp"
#include "events/ledger.hpp"

namespace carnet {
namespace {

constexpr int format_version = 1;

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

int open_or_fail(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (file < 0) fail(path);
  return file;
}

void sync(const std::filesystem::path& path, int flags) {
  const int file = open_or_fail(path, flags);
  const int result = ::fsync(file);
  ::close(file);
  if (result != 0) fail(path);
}

// FORMAT.md, "The directory".
std::string identity_text(std::string_view uuid) {
  std::string text = fmt::format("carnet-ledger {}\nuuid {}\n", format_version, uuid);
  text += fmt::format("checksum {:016x}\n", XXH3_64bits(text.data(), text.size()));
  return text;
}

}  // namespace

std::string Directory::uuid() const {
  std::ifstream file(identity());
  if (!file) return {};
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  std::istringstream in(whole);
  std::string word, uuid;
  int version = 0;
  if (!(in >> word >> version) || word != "carnet-ledger") {
    throw Damage(identity().string() + ": is not the identity of a ledger");
  }
  if (version != format_version) {
    throw Damage(fmt::format("{}: format {}; this carnet reads format {} (use a newer carnet)", identity().string(),
                             version, format_version));
  }
  if (!(in >> word >> uuid) || whole != identity_text(uuid)) {
    throw Damage(identity().string() + ": is not what was written");
  }
  return uuid;
}

std::string Directory::make_identity() const {
  const std::string uuid = to_string(boost::uuids::random_generator()());
  write_identity(uuid);
  return uuid;
}

void Directory::copy_identity(const Directory& from) const {
  write_identity(from.uuid());
}

void Directory::write_identity(const std::string& uuid) const {
  const std::filesystem::path draft = path / "carnet.new";
  std::ofstream file(draft);
  file << identity_text(uuid);
  file.close();
  if (!file) fail(draft);
  sync(draft, O_RDONLY);
  std::filesystem::rename(draft, identity());
  sync(path, O_RDONLY | O_DIRECTORY);
  // The directory's own entry, and that of its parent, may be new, too.
  const std::filesystem::path parent = std::filesystem::absolute(path).parent_path();
  sync(parent, O_RDONLY | O_DIRECTORY);
  sync(parent.parent_path(), O_RDONLY | O_DIRECTORY);
}

void Directory::sync_log() const {
  for (const auto& entry : std::filesystem::directory_iterator(log())) {
    if (entry.path().extension() == ".log") sync(entry.path(), O_RDONLY);
  }
  sync(log(), O_RDONLY | O_DIRECTORY);
}

Ownership::Ownership(const Directory& directory, std::chrono::milliseconds wait)
    : file_(open_or_fail(directory.path, O_RDONLY | O_DIRECTORY)) {
  // A reader that asks whether the directory is taken holds it for an instant: that is not an owner.
  const auto deadline = std::chrono::steady_clock::now() + std::max(wait, std::chrono::milliseconds(50));
  while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) fail(directory.path);
    if (std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    ::close(file_);
    pid_t holder = 0;
    try {
      holder = HeadFile(directory.head(), false, false).owner();
    } catch (const std::exception&) {  // it is just being made
    }
    throw Locked(fmt::format("{}: owned by {} (wait for it, or stop it)", directory.path.string(),
                             holder > 0 ? fmt::format("process {}", holder) : "another process"));
  }
}

Ownership::~Ownership() {
  ::close(file_);
}

bool Ownership::taken(const Directory& directory) {
  const int file = open_or_fail(directory.path, O_RDONLY | O_DIRECTORY);
  const bool taken = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return taken;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/account.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "projector/connection.hpp"

namespace fs = std::filesystem;

namespace carnet {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::vector<gid_t> groups_of(const Account& account) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

/// In a child, where only what is safe after fork may be called.
bool become(const Account& account, const std::vector<gid_t>& groups) {
  if (geteuid() == account.uid) return true;
  return setgroups(groups.size(), groups.data()) == 0 && setgid(account.gid) == 0 && setuid(account.uid) == 0;
}

int wait_for_end(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void restore_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

Account Account::of(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  if (entry == nullptr) {
    throw DatabaseDown(fmt::format("user {} has no entry in passwd (PostgreSQL needs one; use --database)", uid));
  }
  return {entry->pw_uid, entry->pw_gid, entry->pw_name};
}

Account Account::for_server_in(const fs::path& directory) {
  uid_t self = geteuid();
  if (self != 0) return of(self);
  for (const fs::path& owned : {directory, directory.parent_path()}) {
    struct stat status {};
    if (stat(owned.c_str(), &status) == 0 && status.st_uid != 0) return of(status.st_uid);
  }
  const passwd* postgres = getpwnam("postgres");
  if (postgres == nullptr) {
    throw DatabaseDown("PostgreSQL refuses to run as root and there is no account postgres (install postgresql)");
  }
  return {postgres->pw_uid, postgres->pw_gid, postgres->pw_name};
}

bool Account::is_current() const {
  return geteuid() == uid;
}

fs::path Account::closed_parent_of(const fs::path& directory) const {
  std::vector<fs::path> parents;
  for (fs::path parent = directory.parent_path(); parent != parent.root_path(); parent = parent.parent_path()) {
    parents.insert(parents.begin(), parent);
  }
  std::vector<gid_t> groups = groups_of(*this);
  pid_t child = fork();  // asked of the kernel, which knows about groups and access lists
  if (child < 0) fail("fork");
  if (child == 0) {
    if (!become(*this, groups)) _exit(0);
    int place = 1;
    for (const fs::path& parent : parents) {
      if (access(parent.c_str(), X_OK) != 0) _exit(place);
      ++place;
    }
    _exit(0);
  }
  auto place = static_cast<std::size_t>(wait_for_end(child));
  return place == 0 || place > parents.size() ? fs::path() : parents[place - 1];
}

void Account::make_directory(const fs::path& directory) const {
  if (mkdir(directory.c_str(), 0700) == 0) {
    if (!is_current() && chown(directory.c_str(), uid, gid) != 0) fail(directory.string());
    return;
  }
  if (errno != EEXIST) fail(directory.string());
  struct stat status {};
  if (lstat(directory.c_str(), &status) != 0) fail(directory.string());
  if (!S_ISDIR(status.st_mode) || status.st_uid != uid || (status.st_mode & 077) != 0) {
    throw DatabaseDown(
        fmt::format("{} is not a directory of {}'s own, closed to others (mode 0700)", directory.string(), name));
  }
}

pid_t spawn(const Account& account, const std::vector<std::string>& command, const fs::path& directory,
            const fs::path& input, const fs::path& output) {
  std::vector<gid_t> groups = groups_of(account);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin", language = "LC_ALL=C.UTF-8", zone = "TZ=UTC";
  char* environment[] = {path.data(), language.data(), zone.data(), nullptr};
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child > 0) return child;
  restore_signals();
  umask(077);
  setsid();
  if (!become(account, groups) || chdir(directory.c_str()) != 0) _exit(126);
  int in = open(input.c_str(), O_RDONLY), out = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  close_range(3, ~0U, 0);
  execve(arguments[0], arguments.data(), environment);
  _exit(127);
}

int run(const Account& account, const std::vector<std::string>& command, const fs::path& directory,
        const fs::path& input, const fs::path& output) {
  return wait_for_end(spawn(account, command, directory, input, output));
}

}  // namespace carnet

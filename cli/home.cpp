// SPDX-License-Identifier: Apache-2.0
#include "cli/home.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "cli/exit.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? fs::path{} : fs::path{value};
}

fs::path data_home() {
  // The XDG specification tells to pass over a path that is not absolute.
  if (fs::path xdg = from_environment("XDG_DATA_HOME"); xdg.is_absolute()) return xdg;
  fs::path user = from_environment("HOME");
  if (user.empty()) {
    if (const passwd* entry = ::getpwuid(::getuid())) user = entry->pw_dir;
  }
  if (!user.is_absolute()) throw Usage("no home directory is known (give --home DIR or set CARNET_HOME)");
  return user / ".local/share";
}

void make_directory(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) {
    if (::chmod(path.c_str(), mode) == 0) return;  // whatever the umask took away
  } else if (errno == EEXIST && fs::is_directory(path)) {
    return;
  }
  throw std::system_error(errno, std::generic_category(), path);
}

}  // namespace

void Home::make() const {
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (error) throw std::system_error(error, directory.parent_path());
  make_directory(directory, 0711);
  make_directory(ledger(), 0700);
}

void must_be_directory(const Home& home) {
  std::error_code unknown;
  const fs::file_status status = fs::status(home.directory, unknown);
  if (fs::exists(status) && !fs::is_directory(status))
    throw std::system_error(ENOTDIR, std::generic_category(), home.directory);
}

Home home_from(const std::string& given) {
  fs::path directory = given;
  if (directory.empty()) directory = ::geteuid() == 0 ? fs::path{"/var/lib/carnet"} : data_home() / "carnet";
  directory = fs::absolute(directory).lexically_normal();
  if (directory.filename().empty()) directory = directory.parent_path();  // "home/" is "home"
  return {directory};
}

}  // namespace carnet

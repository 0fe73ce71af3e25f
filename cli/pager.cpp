// SPDX-License-Identifier: Apache-2.0
#include "cli/pager.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <string>

namespace carnet {
namespace {

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories{path ? path : ""};
  for (std::string directory; std::getline(directories, directory, ':');) {
    if (::access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string command() {
  const char* wanted = std::getenv("PAGER");
  if (wanted) return std::string{wanted} == "cat" ? "" : wanted;
  return in_path("less") ? "less" : "";
}

}  // namespace

Pager::Pager() {
  const std::string pager = command();
  int ends[2];
  if (::isatty(STDOUT_FILENO) == 0 || pager.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return;
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::setenv("LESS", "FRX", 0);  // what fits is only printed; colours pass; the screen is left as it is
    ::execlp("sh", "sh", "-c", pager.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[0]);
  if (child_ > 0) {
    terminal_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    ::dup2(ends[1], STDOUT_FILENO);
  }
  ::close(ends[1]);
}

Pager::~Pager() {
  if (child_ <= 0) return;
  ::dup2(terminal_, STDOUT_FILENO);  // the pipe's last write end: the pager sees the end
  ::close(terminal_);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace carnet

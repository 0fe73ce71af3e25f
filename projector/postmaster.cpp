// SPDX-License-Identifier: Apache-2.0
#include "projector/postmaster.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

namespace fs = std::filesystem;

namespace carnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
constexpr auto tick = 10ms;
constexpr auto start_patience = 300s;  // recovery after a crash reads the whole WAL
constexpr auto stop_patience = 60s;
constexpr auto remains_patience = 15s;  // a killed server's own children leave within seconds
constexpr std::streamoff longest_log = 8 << 20;

std::string read(const fs::path& file, std::streamoff from = 0) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(from);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// PostgreSQL takes the pid in a lock file that a crash left for a live server as long as any process has it: another
/// one since, or a zombie that nobody reaps. Its own parent's pid it knows to be stale, and then goes on to look for
/// children of the dead server, as it should.
void disown(const fs::path& lock_file) {
  std::string text = read(lock_file);
  if (text.empty()) return;
  std::ofstream(lock_file, std::ios::in | std::ios::out | std::ios::trunc) << getpid() << text.substr(text.find('\n'));
}

bool ended(pid_t pid) {
  waitpid(pid, nullptr, WNOHANG);  // where it is a child of ours
  return kill(pid, 0) != 0;
}

}  // namespace

Postmaster Postmaster::of(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  std::array<std::string, 8> lines;
  for (std::string& line : lines) std::getline(file, line);
  Postmaster found{static_cast<pid_t>(std::atoi(lines[0].c_str())), lines[4], lines[7].starts_with("ready")};
  // After a crash the file stays and the pid may be anybody's: a server works in its own data directory.
  std::error_code gone;
  bool own = found.pid > 1 && fs::read_symlink(fmt::format("/proc/{}/cwd", found.pid), gone) == fs::canonical(data);
  return own ? found : Postmaster{};
}

fs::path programs_for(const fs::path& data) {
  std::string version = first_line(read(data / "PG_VERSION"));
  int newest = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    std::string name = entry.path().filename();
    if (!fs::exists(entry.path() / "bin/initdb") || (!version.empty() && name != version)) continue;
    newest = std::max(newest, std::atoi(name.c_str()));
  }
  if (newest > 0) return fmt::format("/usr/lib/postgresql/{}/bin", newest);
  std::array<char, 1024> told{};
  if (std::FILE* pipe = popen("pg_config --bindir 2>/dev/null", "r")) {
    if (std::fgets(told.data(), told.size(), pipe) == nullptr) told[0] = '\0';
    pclose(pipe);
  }
  fs::path directory = first_line(told.data());
  if (!directory.empty() && fs::exists(directory / "initdb")) return directory;
  throw DatabaseDown(version.empty()
                         ? "no PostgreSQL server programs found (install postgresql, or use --database)"
                         : fmt::format("{} was made by PostgreSQL {} (install it)", data.string(), version));
}

void launch(const Account& account, const fs::path& data, const fs::path& socket_directory, const fs::path& log,
            StopFlag stop) {
  if (size_of(log) > longest_log) fs::resize_file(log, 0);
  const std::vector<std::string> command{programs_for(data) / "postgres",
                                         "-D",
                                         data,
                                         "-p",
                                         server_port,
                                         "-c",
                                         "listen_addresses=",
                                         "-c",
                                         "unix_socket_directories=" + socket_directory.string()};
  auto begin = Clock::now();
  for (;;) {
    std::streamoff from = size_of(log);
    pid_t pid = Postmaster::of(data).pid;  // one that is still starting, or was told to stop
    if (pid == 0) {
      disown(data / "postmaster.pid");
      disown(socket_directory / (".s.PGSQL." + std::string(server_port) + ".lock"));
      pid = spawn(account, command, data, "/dev/null", log);
    }
    while (!Postmaster::of(data).ready && !ended(pid)) {
      if (stop != nullptr && *stop) throw Interrupted();
      if (Clock::now() - begin > start_patience) {
        throw DatabaseDown(fmt::format("PostgreSQL does not get ready (see {})", log.string()));
      }
      std::this_thread::sleep_for(tick);
    }
    if (Postmaster::of(data).ready) return;
    std::string why = complaint(log, from);
    bool remains = why.find("shared memory") != std::string::npos || why.find("FATAL") == std::string::npos;
    if (!remains || Clock::now() - begin > remains_patience) {
      throw DatabaseDown(fmt::format("PostgreSQL does not start: {} (see {})", why, log.string()));
    }
    std::this_thread::sleep_for(10 * tick);
  }
}

void halt(const Postmaster& postmaster, const fs::path& data) {
  auto begin = Clock::now();
  if (kill(postmaster.pid, SIGINT) != 0) return;
  while (!ended(postmaster.pid) && Postmaster::of(data).pid == postmaster.pid) {
    if (Clock::now() - begin > stop_patience) {
      throw DatabaseDown(fmt::format("PostgreSQL (pid {}) does not stop", postmaster.pid));
    }
    std::this_thread::sleep_for(tick);
  }
}

std::string complaint(const fs::path& log, std::streamoff from) {
  std::string text = read(log, from);
  std::size_t begin = std::min({text.find("FATAL:"), text.find("ERROR:"), text.find("error:")});
  if (begin == std::string::npos) begin = text.size() > 300 ? text.size() - 300 : 0;
  text = text.substr(begin, 300);
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

std::streamoff size_of(const fs::path& file) {
  std::error_code none;
  auto size = fs::file_size(file, none);
  return none ? 0 : static_cast<std::streamoff>(size);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include "projector/cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>
#include <thread>

#include "projector/account.hpp"
#include "projector/postmaster.hpp"
#include "projector/schema.hpp"
#include "projector/uri.hpp"

namespace fs = std::filesystem;

namespace carnet {
namespace {

constexpr std::size_t longest_socket_path = 107;  // sockaddr_un

// Everything here can be made anew from the ledger: COPY and indexes of new tables skip the WAL, and a commit does not
// wait for the disk, since rows and checkpoint share it. fsync stays on: a torn cluster would have to be noticed first.
constexpr const char* configuration = R"(listen_addresses = ''
max_connections = 50
shared_buffers = 128MB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
synchronous_commit = off
checkpoint_timeout = 15min
random_page_cost = 1.1
max_parallel_maintenance_workers = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
)";

// Single-user mode takes one statement a line; a backslash goes on in the next one. In template1, which the database is
// made of. Revoked is what a read-only transaction may do and yet writes: large objects, messages in the WAL.
std::string database() {
  return fmt::format(R"(REVOKE CREATE ON SCHEMA public FROM PUBLIC
DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname IN ( \
'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_truncate', 'lo_truncate64', 'lo_unlink', 'lowrite', \
'pg_logical_emit_message') LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f); END LOOP; END $$
CREATE DATABASE carnet
ALTER DATABASE carnet SET search_path TO public, {}
REVOKE TEMPORARY ON DATABASE carnet FROM PUBLIC
CREATE ROLE carnet_reader LOGIN
ALTER ROLE carnet_reader SET default_transaction_read_only TO on
)",
                     projection_schema);
}

/// Held by whoever makes, starts or stops the cluster. The kernel frees it when the process ends.
class Turn {
 public:
  Turn(const fs::path& directory, StopFlag stop) : fd_(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), directory.string());
    while (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (stop != nullptr && *stop) {
        close(fd_);
        throw Interrupted();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  ~Turn() { close(fd_); }
  Turn(const Turn&) = delete;

 private:
  int fd_;
};

void write(const Account& account, const fs::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out || chmod(file.c_str(), 0600) != 0 ||
      (!account.is_current() && chown(file.c_str(), account.uid, account.gid) != 0)) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
}

/// Who may connect, as whom.
std::string identities(const Account& account, const fs::path& home) {
  struct stat status {};
  std::set<std::string> names{"root", account.name};
  if (stat(home.c_str(), &status) == 0) names.insert(Account::of(status.st_uid).name);
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("carnet \"{0}\" carnet\ncarnet \"{0}\" carnet_reader\n", name);
  return text;
}

/// Made aside and renamed: a data directory that has its name is whole.
void make(const Account& account, const fs::path& home, const fs::path& directory) {
  fs::path data = directory / "data", aside = directory / "data.new", log = directory / "log";
  fs::path programs = programs_for(data);
  fs::remove_all(aside);
  std::streamoff from = size_of(log);
  auto must = [&](const std::vector<std::string>& command, const fs::path& input) {
    int status = run(account, command, directory, input, log);
    std::string why = complaint(log, from);
    if (status != 0 || why.find("ERROR:") != std::string::npos) {
      throw DatabaseDown(fmt::format("{} failed: {} (see {})", command[0], why, log.string()));
    }
  };
  must({programs / "initdb", "-D", aside, "-U", "carnet", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=peer",
        "--no-sync"},
       "/dev/null");
  write(account, aside / "postgresql.conf", configuration);
  write(account, aside / "pg_hba.conf", "local all all peer map=carnet\n");
  write(account, aside / "pg_ident.conf", identities(account, home));
  write(account, directory / "database.sql", database());
  must({programs / "postgres", "--single", "-F", "-D", aside, "template1"}, directory / "database.sql");
  must({programs / "initdb", "--sync-only", "-D", aside}, "/dev/null");
  fs::remove(directory / "database.sql");
  fs::rename(aside, data);
}

/// Beside the data, where only the server's account and root come; elsewhere where that path is too long for a socket
/// or has what PostgreSQL's list of directories cannot hold.
fs::path socket_directory(const Account& account, const fs::path& directory) {
  std::string path = directory;
  bool fits = path.size() + std::string_view("/.s.PGSQL.5432").size() <= longest_socket_path;
  if (fits && path.find_first_of(",\"") == std::string::npos) return directory;
  return fmt::format("/tmp/carnet-{}-{:016x}", account.uid, std::hash<std::string>()(path));
}

std::string uri_for(const fs::path& home, std::string_view role) {
  fs::path directory = home / "postgres";
  std::string sockets = Postmaster::of(directory / "data").socket_directory;
  if (sockets.empty()) sockets = socket_directory(Account::for_server_in(directory), directory);
  return fmt::format("postgresql:///carnet?host={}&port={}&user={}", uri_part(sockets), server_port, role);
}

}  // namespace

Cluster::Cluster(fs::path home) : home_(fs::weakly_canonical(fs::absolute(home))) {}

bool Cluster::exists() const {
  std::error_code hidden;
  return fs::exists(home_ / "postgres/data/PG_VERSION", hidden);
}

bool Cluster::running() const {
  return Postmaster::of(home_ / "postgres/data").pid != 0;
}
std::string Cluster::uri() const {
  return uri_for(home_, "carnet");
}
std::string Cluster::reader_uri() const {
  return uri_for(home_, "carnet_reader");
}

std::string Cluster::start(StopFlag stop) {
  fs::path directory = home_ / "postgres", data = directory / "data";
  if (Postmaster::of(data).ready) return uri();
  if (!fs::exists(home_)) {
    fs::create_directories(home_);
    fs::permissions(home_, fs::perms{0711});
  }
  Account account = Account::for_server_in(directory);
  if (fs::path closed = account.closed_parent_of(directory); !closed.empty()) {
    throw DatabaseDown(fmt::format("{} cannot enter {}, and the server runs as {} (chmod o+x {}, or use another home)",
                                   account.name, closed.string(), account.name, closed.string()));
  }
  account.make_directory(directory);
  Turn turn(directory, stop);
  if (!exists()) make(account, home_, directory);
  fs::path sockets = socket_directory(account, directory);
  if (sockets != directory) account.make_directory(sockets);
  if (!Postmaster::of(data).ready) launch(account, data, sockets, directory / "log", stop);
  return uri();
}

bool Cluster::stop() {
  fs::path directory = home_ / "postgres", data = directory / "data";
  if (Postmaster::of(data).pid == 0) return false;
  Turn turn(directory, nullptr);
  Postmaster postmaster = Postmaster::of(data);
  if (postmaster.pid == 0) return false;
  halt(postmaster, data);
  return true;
}

}  // namespace carnet

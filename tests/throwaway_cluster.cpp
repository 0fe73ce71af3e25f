// SPDX-License-Identifier: Apache-2.0
#include "tests/throwaway_cluster.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "projector/cluster.hpp"

namespace carnet {

ThrowawayCluster& ThrowawayCluster::shared() {
  static ThrowawayCluster cluster;
  return cluster;
}

ThrowawayCluster::ThrowawayCluster() {
  std::string pattern = (std::filesystem::temp_directory_path() / "carnet-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  home_ = pattern;
  std::filesystem::permissions(home_, std::filesystem::perms{0711});
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  alive_ = ends[1];
  undertaker_ = fork();
  if (undertaker_ == 0) {
    setsid();  // an interrupt from the terminal is for the test alone
    close(ends[1]);
    char nothing = 0;
    while (read(ends[0], &nothing, 1) > 0) {
    }
    try {
      Cluster(home_).stop();
      std::filesystem::remove_all(home_);
    } catch (const std::exception&) {
    }
    _exit(0);
  }
  close(ends[0]);
  uri_ = Cluster(home_).start();
  Connection(uri_).exec("ALTER SYSTEM SET fsync = off");
  Connection(uri_).exec("SELECT pg_reload_conf()");
}

ThrowawayCluster::~ThrowawayCluster() {
  close(alive_);
  waitpid(undertaker_, nullptr, 0);
}

std::string ThrowawayCluster::new_database() {
  std::string name = "test" + std::to_string(++databases_);
  Connection admin(uri_);
  admin.exec("CREATE DATABASE " + name);
  admin.exec("ALTER DATABASE " + name + " SET search_path TO public, carnet");
  return with_database(uri_, name);
}

std::string with_database(std::string uri, const std::string& database) {
  std::size_t from = uri.find(":///") + 4;
  return uri.replace(from, uri.find('?') - from, database);
}

std::string with_role(std::string uri, const std::string& role) {
  return uri.substr(0, uri.rfind("user=")) + "user=" + role;
}

}  // namespace carnet

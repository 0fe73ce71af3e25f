// SPDX-License-Identifier: Apache-2.0
// Runs every *.session beside this file, and docs/queries.md, which is written like one: each command as people type
// it, in a directory and with a database of its own. With CARNET_SESSIONS=update the files are written anew with what
// was printed, to be read before they are committed.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "projector/cluster.hpp"
#include "tests/sessions/session.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

const fs::path sessions = fs::path{CARNET_SOURCE_DIR} / "tests/sessions";
const fs::path documents = fs::path{CARNET_SOURCE_DIR} / "docs";  // what they show was printed

fs::path temporary_directory() {
  std::string name = fs::temp_directory_path() / "carnet-sessions-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  fs::permissions(name, fs::perms{0711});  // the server's account passes through
  return name;
}

/// One server for all sessions but those whose name starts with `private`: these have to do with one of their own.
class Server : public testing::Environment {
 public:
  static inline fs::path directory;
  static inline std::string uri;

  void SetUp() override {
    directory = temporary_directory();
    uri = Cluster(directory / "server").start();
  }
  void TearDown() override {
    Cluster(directory / "server").stop();
    fs::remove_all(directory);
  }

  static std::string make_database(const std::string& name) {
    Connection(uri).exec(fmt::format("CREATE DATABASE \"{}\"", name));
    return std::regex_replace(uri, std::regex("///carnet"), "///" + name);
  }
};

std::string contents(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// What is another thing each time, by name.
std::string settled(std::string text, const fs::path& directory) {
  const std::array<std::pair<std::regex, const char*>, 10> variable{{
      {std::regex(directory.string()), "$DIR"},
      {std::regex(Server::directory.string()), "$SERVER"},
      {std::regex(CARNET_SOURCE_DIR), "$SOURCE"},
      {std::regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{1,6}Z"), "NOW"},
      {std::regex(" in [0-9.]+ s \\([0-9,]+/s\\)"), " in TIME"},
      {std::regex("[0-9.]+ ms"), "N ms"},
      {std::regex("process [0-9]+"), "process PID"},
      {std::regex("\"bytes\":[0-9]+"), "\"bytes\":N"},
      {std::regex("\"pid\":[0-9]+"), "\"pid\":PID"},
  }};
  for (const auto& [pattern, name] : variable) text = std::regex_replace(text, pattern, name);
  if (!text.empty() && text.back() != '\n') text += "(no newline)\n";
  return text;
}

int run(const std::string& command, const fs::path& directory, const std::vector<std::string>& environment) {
  const std::string script = fmt::format("cd '{}' || exit 99\n{}", directory.string(), command);
  std::vector<const char*> arguments{"timeout", "60", "sh", "-c", script.c_str(), nullptr};
  std::vector<char*> variables;
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  variables.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (directory / ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (directory / ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, "timeout", &files, nullptr, const_cast<char**>(arguments.data()), variables.data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum class By { its_own_ledger, a_server };

/// Runs each command of the session; what was printed must be what is written there.
void go(const std::string& name, By by) {
  const bool own_server = name.starts_with("private");
  const std::string place = by == By::a_server ? name + "_served" : name;
  const fs::path directory = Server::directory / place;
  fs::create_directory(directory);
  fs::permissions(directory, fs::perms{0711});
  std::vector<std::string> environment{
      fmt::format("PATH={}:/usr/bin:/bin", CARNET_PROGRAM_DIR),
      fmt::format("HOME={}", directory.string()),
      fmt::format("CARNET_HOME={}/home", directory.string()),
      fmt::format("EXAMPLES={}/examples", CARNET_SOURCE_DIR),
      "LC_ALL=C.UTF-8",
      "TZ=UTC",
  };
  if (!own_server) environment.push_back("CARNET_DATABASE=" + Server::make_database(place));

  const fs::path session = sessions / (name + ".session");
  const fs::path file = fs::exists(session) ? session : documents / (name + ".md");
  const SessionFile expected = read_session(file);
  SessionFile found = expected;
  if (by == By::a_server) {
    const int status = run(
        "carnet serve 2>.server & for i in $(seq 500); do test -S home/carnet.sock && exit 0; sleep 0.02; done; exit 1",
        directory, environment);
    ASSERT_EQ(status, 0) << contents(directory / ".server");
  }
  for (Step& step : found.steps) {
    if (by == By::a_server && step.command.find("--stale") != step.command.npos) continue;  // it keeps them fresh
    step.status = run(step.command, directory, environment);
    ASSERT_NE(step.status, 127) << "a program is missing: " << step.command;
    step.out = settled(contents(directory / ".out"), directory);
    step.err = settled(contents(directory / ".err"), directory);
  }
  run("carnet stop", directory, environment);
  const char* const mode = std::getenv("CARNET_SESSIONS");
  if (mode != nullptr && std::string_view{mode} == "update" && by == By::its_own_ledger) {
    return write_session(file, found);
  }
  for (std::size_t i = 0; i < found.steps.size(); ++i) {
    EXPECT_EQ(text(expected.steps[i]), text(found.steps[i])) << file.string() << ":" << expected.steps[i].line;
  }
}

class Sessions : public testing::TestWithParam<std::string> {};

TEST_P(Sessions, GoAsWritten) {
  go(GetParam(), By::its_own_ledger);
}

class ServedSessions : public testing::TestWithParam<std::string> {};

// Nobody needs to know whether a server runs.
TEST_P(ServedSessions, GoTheSameThroughAServer) {
  go(GetParam(), By::a_server);
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(sessions)) {
    if (entry.path().extension() == ".session") names.push_back(entry.path().stem());
  }
  names.emplace_back("queries");
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, ServedSessions,
                         testing::Values("append", "append_one", "append_where", "append_whole", "query", "replay"),
                         [](const auto& session) { return session.param; });

INSTANTIATE_TEST_SUITE_P(All, Sessions, testing::ValuesIn(names()), [](const auto& session) { return session.param; });

}  // namespace
}  // namespace carnet

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new carnet::Server);
  return RUN_ALL_TESTS();
}

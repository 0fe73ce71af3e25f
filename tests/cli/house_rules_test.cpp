// SPDX-License-Identifier: Apache-2.0
// The rules that every file of the project keeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace carnet {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string path;  // from the project's root
  std::string room;
  std::vector<std::string> lines;
};

std::vector<File> files_of(std::initializer_list<const char*> rooms) {
  std::vector<File> files;
  for (const char* room : rooms) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path{CARNET_SOURCE_DIR} / room)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      File file{fs::relative(entry.path(), CARNET_SOURCE_DIR), room, {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  return files;
}

std::vector<std::string> includes_of(const File& file) {
  static const std::regex include(R"rx(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)rx");
  std::vector<std::string> names;
  for (const std::string& line : file.lines) {
    if (std::smatch match; std::regex_match(line, match, include)) names.push_back(match[1]);
  }
  return names;
}

TEST(HouseRules, DependenciesRunOneWay) {
  const std::vector<std::string> order{"events", "projector", "query", "cli"};
  for (const File& file : files_of({"events", "projector", "query", "cli"})) {
    const auto own = std::ranges::find(order, file.room);
    for (const std::string& name : includes_of(file)) {
      const auto other = std::ranges::find(order, name.substr(0, name.find('/')));
      EXPECT_TRUE(other == order.end() || other <= own) << file.path << " includes " << name;
      EXPECT_FALSE(name.starts_with("tests/") || name.starts_with("bench/")) << file.path << " includes " << name;
    }
  }
}

TEST(HouseRules, EachLibraryHasItsRoom) {
  struct Rule {
    std::string library;               // an include's beginning
    std::vector<std::string> allowed;  // a path's beginning
  };
  const std::vector<Rule> rules{
      {"rocksdb/", {"events/"}},
      {"cereal/", {"events/archive", "events/codec"}},
      {"libpq", {"projector/", "query/", "cli/sql.cpp"}},
      {"pqxx/", {"projector/", "query/"}},
      {"boost/beast", {"cli/"}},
      {"boost/asio", {"cli/"}},
      {"CLI/", {"cli/"}},
  };
  for (const File& file : files_of({"events", "projector", "query", "cli"})) {
    for (const std::string& name : includes_of(file)) {
      for (const Rule& rule : rules) {
        if (!name.starts_with(rule.library)) continue;
        EXPECT_TRUE(std::ranges::any_of(rule.allowed, [&](const auto& path) { return file.path.starts_with(path); }))
            << file.path << " includes " << name;
      }
    }
  }
}

TEST(HouseRules, HeadersThatOthersReadKeepHeavyLibrariesOut) {
  constexpr std::array heavy{"rocksdb/", "cereal/", "pqxx/", "CLI/", "boost/", "libpq", "fmt/"};
  constexpr std::array public_headers{"events/entity.hpp",    "events/event.hpp",        "events/line.hpp",
                                      "events/ledger.hpp",    "events/reader.hpp",       "events/record.hpp",
                                      "events/rejection.hpp", "events/rules.hpp",        "events/catalogue.hpp",
                                      "projector/schema.hpp", "projector/projection.hpp"};
  for (const File& file : files_of({"events", "projector"})) {
    if (std::ranges::find(public_headers, file.path) == public_headers.end()) continue;
    for (const std::string& name : includes_of(file)) {
      for (const std::string_view library : heavy) {
        EXPECT_FALSE(name.starts_with(library)) << file.path << " includes " << name;
      }
    }
  }
}

TEST(HouseRules, EveryFileSaysItsLicenceAndHeadersWhatTheyAre) {
  for (const File& file : files_of({"events", "projector", "query", "cli", "tests", "bench"})) {
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_EQ(file.lines[0], "// SPDX-License-Identifier: Apache-2.0") << file.path;
    if (!file.path.ends_with(".hpp")) continue;
    EXPECT_TRUE(file.lines.size() > 1 && file.lines[1].starts_with("// ")) << file.path << " does not say what it is";
    EXPECT_NE(std::ranges::find(file.lines, "#pragma once"), file.lines.end()) << file.path;
  }
}

TEST(HouseRules, FilesStaySmall) {
  for (const File& file : files_of({"events", "projector", "query", "cli", "tests", "bench"})) {
    const std::size_t most = file.room == "tests" || file.room == "bench" ? 450 : 350;  // tables of cases are long
    EXPECT_LT(file.lines.size(), most) << file.path << ": has it found a second subject?";
  }
}

TEST(HouseRules, NothingIsLeftForLater) {
  const std::string marks =
      "TO"
      "DO|FIX"
      "ME|XX"
      "X";
  const std::regex left(".*\\b(" + marks + ")\\b.*");
  for (const File& file : files_of({"events", "projector", "query", "cli", "tests", "bench"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_match(file.lines[i], left)) << file.path << ":" << i + 1;
    }
  }
}

}  // namespace
}  // namespace carnet

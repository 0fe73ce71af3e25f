// SPDX-License-Identifier: Apache-2.0
// What `append --dry-run` says of the rows is what the same lines then do to them: random lines on random histories.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/random_history.hpp"
#include "tests/scratch.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;
namespace js = boost::json;

using Rows = std::map<std::string, js::value>;  // by table and key
using RowChanges = std::map<std::string, std::pair<js::value, js::value>>;

class ADryRun : public testing::Test {
 protected:
  /// What the command prints on standard output. Refused lines, status 3, are part of any random history.
  std::string carnet(const std::string& arguments) const {
    const std::string command = fmt::format("'{}' --home '{}' --database '{}' {} 2> '{}'", CARNET_COMMAND,
                                            (scratch / "home").string(), uri, arguments, (scratch / "err").string());
    std::FILE* out = ::popen(command.c_str(), "r");
    std::string text;
    for (int c = 0; (c = std::fgetc(out)) != EOF;) text += static_cast<char>(c);
    const int status = WEXITSTATUS(::pclose(out));
    if (status != 0 && status != 3 && status != 65) ADD_FAILURE() << command << ": status " << status;
    return text;
  }

  /// Lines whose time does not depend on when they are accepted.
  fs::path some_lines(int count) {
    std::ofstream file(scratch / "lines");
    while (count > 0) {
      const std::string line = history.line();
      if (line.find("\"time\"") == line.npos) continue;
      file << line << '\n';
      --count;
    }
    return scratch / "lines";
  }

  Rows rows() const {
    const std::map<std::string, std::vector<std::string>> keys{{"avions", {"id"}},
                                                               {"pilotes", {"id"}},
                                                               {"passagers", {"id"}},
                                                               {"vols", {"numero"}},
                                                               {"reservations", {"numero", "passager_id"}}};
    Rows all;
    for (const auto& [table, names] : keys) {
      std::istringstream lines(carnet("query " + table + " -o ndjson"));
      for (std::string line; std::getline(lines, line);) {
        js::value row = js::parse(line);
        std::string key = table;
        for (const std::string& name : names) key += "/" + js::serialize(row.at(name));
        all.emplace(std::move(key), std::move(row));
      }
    }
    return all;
  }

  static RowChanges difference(const Rows& before, const Rows& after) {
    RowChanges changes;
    for (const auto& [key, row] : before) changes[key].first = row;
    for (const auto& [key, row] : after) changes[key].second = row;
    std::erase_if(changes, [](const auto& change) { return change.second.first == change.second.second; });
    return changes;
  }

  RowChanges foretold(const fs::path& file) const {
    RowChanges changes;
    std::istringstream lines(carnet(fmt::format("append -n -o ndjson '{}'", file.string())));
    for (std::string line; std::getline(lines, line);) {
      const js::value change = js::parse(line);
      const js::value& row = change.at("after").is_null() ? change.at("before") : change.at("after");
      std::string key(change.at("table").as_string());
      const bool has_id = row.as_object().contains("id");
      key += "/" + js::serialize(row.at(has_id ? "id" : "numero"));
      if (row.as_object().contains("passager_id")) key += "/" + js::serialize(row.at("passager_id"));
      EXPECT_TRUE(changes.emplace(key, std::pair{change.at("before"), change.at("after")}).second) << key << " twice";
    }
    return changes;
  }

  Scratch scratch;
  std::string uri = ThrowawayCluster::shared().new_database();
  RandomHistory history{7};
};

TEST_F(ADryRun, ForetellsTheRowsThatTheSameLinesThenChange) {
  std::size_t seen = 0, deleted = 0;
  carnet(fmt::format("append '{}'", some_lines(300).string()));
  for (int round = 0; round < 6; ++round) {
    const Rows before = rows();
    const fs::path file = some_lines(round % 2 == 0 ? 60 : 5);
    const RowChanges expected = foretold(file);
    EXPECT_EQ(rows(), before) << "it changed something";
    carnet(fmt::format("append '{}'", file.string()));
    const RowChanges found = difference(before, rows());
    EXPECT_EQ(js::serialize(js::value_from(expected)), js::serialize(js::value_from(found))) << "round " << round;
    seen += found.size();
    deleted += static_cast<std::size_t>(
        std::ranges::count_if(found, [](const auto& change) { return change.second.second.is_null(); }));
  }
  EXPECT_GT(seen, 50u);
  EXPECT_GT(deleted, 3u);
}

}  // namespace
}  // namespace carnet

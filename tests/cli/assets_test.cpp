// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/assets.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace carnet {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

const fs::path board = fs::path{CARNET_SOURCE_DIR} / "cli/serve/board";

std::string path_of(const fs::path& file) {
  return file.filename() == "index.html" ? "/" : "/" + file.filename().string();
}

TEST(Assets, EveryFileOfTheBoardIsInTheProgramByteForByte) {
  for (const auto& entry : fs::directory_iterator(board)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    const Asset* found = asset(path_of(entry.path()));
    ASSERT_NE(found, nullptr) << entry.path();
    EXPECT_EQ(found->body, content) << entry.path();
    EXPECT_FALSE(found->type.empty()) << entry.path();
    EXPECT_THAT(content, HasSubstr("SPDX-License-Identifier: Apache-2.0")) << entry.path();
  }
}

TEST(Assets, ThereIsNothingElse) {
  for (const char* path : {"", "index.html", "/index.html", "/../board.css", "/board.css/", "/nothing"}) {
    EXPECT_EQ(asset(path), nullptr) << path;
  }
}

// The policy of the page forbids them; here the fault is seen where it was made.
TEST(Assets, ThePageNamesNoOtherOriginAndMakesNoMarkupOfTexts) {
  const std::regex markup(R"(innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\son\w+=)");
  for (const auto& entry : fs::directory_iterator(board)) {
    const std::string body{asset(path_of(entry.path()))->body};
    EXPECT_FALSE(std::regex_search(body, markup)) << entry.path();
    if (entry.path().extension() != ".svg") {  // whose namespace is an address
      EXPECT_THAT(body, Not(HasSubstr("://"))) << entry.path();
    }
  }
}

TEST(Assets, ThePageFindsAllThatItNames) {
  const std::regex name(R"rx((?:href|src)="(/[^"]*)"|from "\./([^"]+)")rx");
  for (const auto& entry : fs::directory_iterator(board)) {
    const std::string body{asset(path_of(entry.path()))->body};
    for (auto match = std::sregex_iterator(body.begin(), body.end(), name); match != std::sregex_iterator(); ++match) {
      const std::string path = (*match)[1].matched ? (*match)[1].str() : "/" + (*match)[2].str();
      EXPECT_NE(asset(path), nullptr) << entry.path() << " names " << path;
    }
  }
}

}  // namespace
}  // namespace carnet

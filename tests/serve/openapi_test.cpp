// SPDX-License-Identifier: Apache-2.0
// The API's description, held against the server: what it describes is there and takes what it says, and what is there
// is described.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "cli/serve/routes.hpp"
#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

namespace js = boost::json;
using testing::HasSubstr;
using testing::Not;

const js::value& document() {
  static const js::value parsed = [] {
    std::ifstream file(std::string(CARNET_SOURCE_DIR) + "/cli/serve/openapi.json");
    return js::parse(std::string{std::istreambuf_iterator<char>(file), {}});
  }();
  return parsed;
}
const js::object& api() {
  return document().as_object();
}

/// What a $ref points at, or the value itself.
const js::object& resolved(const js::value& value) {
  const auto* reference = value.as_object().if_contains("$ref");
  if (reference == nullptr) return value.as_object();
  return document().at_pointer(std::string_view(reference->as_string()).substr(1)).as_object();  // behind the #
}

struct Operation {
  std::string method, path;
  const js::object* described;
};

std::vector<Operation> operations() {
  std::vector<Operation> all;
  for (const auto& [path, methods] : api().at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      std::string name{method};
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      all.push_back({name, std::string{path}, &operation.as_object()});
    }
  }
  return all;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t at = 1; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

/// The path with something in place of each {parameter}.
std::string filled(std::string path) {
  for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{')) {
    const std::string name = path.substr(at, path.find('}') - at + 1);
    path.replace(at, name.size(), name == "{kind}" ? "vol" : "1");
  }
  return path;
}

TEST(OpenApi, WhatIsDescribedIsThereAndWhatIsThereIsDescribed) {
  std::set<const Route*> described;
  for (const Operation& one : operations()) {
    const auto route = std::ranges::find_if(
        routes(), [&](const Route& r) { return r.method == one.method && matches(r, segments_of(filled(one.path))); });
    ASSERT_NE(route, routes().end()) << one.method << " " << one.path;
    described.insert(&*route);
  }
  const std::set<std::string_view> synonyms{"/avion", "/pilote", "/vol", "/passager", "/reservation"};
  for (const Route& route : routes()) {
    const std::string_view first = route.path.substr(0, route.path.find('/', 1));
    const bool is_file = route.handle == get_asset;
    EXPECT_TRUE(described.contains(&route) || synonyms.contains(first) || is_file) << route.method << " " << route.path;
  }
}

TEST(OpenApi, EveryParameterIsTakenAndNoOther) {
  const Running server;
  for (const Operation& one : operations()) {
    if (one.path == "/stop") continue;
    std::string target = fmt::format("{} {}?", one.method, filled(one.path));
    EXPECT_THAT(server.ask(target + "nothing_like_it=1").body, HasSubstr("no such parameter")) << target;
    if (!one.described->contains("parameters")) continue;
    for (const js::value& given : one.described->at("parameters").as_array()) {
      const js::object& parameter = resolved(given);
      if (parameter.at("in").as_string() != "query") continue;
      const std::string name{parameter.at("name").as_string()};
      const std::string value = name == "follow" ? "false" : "1";
      EXPECT_THAT(server.ask(target + name + "=" + value).body, Not(HasSubstr("no such parameter"))) << target << name;
    }
  }
}

TEST(OpenApi, IsHandedOut) {
  const Running server;
  const Answered answer = server.ask("GET /openapi.json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(js::parse(answer.body).as_object(), api());
}

TEST(OpenApi, NamesEveryRejectionCode) {
  const js::array& codes =
      api().at("components").at("schemas").at("Rejection").at("properties").at("code").at("enum").as_array();
  ASSERT_EQ(codes.size(), 15U);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(std::string_view(codes[i].as_string()), text(static_cast<Code>(i)));
  }
}

}  // namespace
}  // namespace carnet::serve

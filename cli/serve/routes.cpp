// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/routes.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/message.hpp"
#include "cli/serve/server.hpp"

namespace carnet::serve {
namespace {

constexpr std::array all{
    Route{"POST", "/events", post_events},
    Route{"GET", "/events", get_events},
    Route{"GET", "/streams/{stream...}", get_stream},
    Route{"GET", "/healthz", get_health, false},
    Route{"POST", "/stop", post_stop, true, true},
};

bool matches(std::string_view path, const std::vector<std::string>& segments) {
  path.remove_prefix(1);
  for (std::size_t i = 0;; ++i) {
    if (path.empty()) return i == segments.size();
    const std::string_view part = path.substr(0, path.find('/'));
    if (i == segments.size()) return false;
    if (part.ends_with("...}")) return true;
    if (part[0] != '{' && part != segments[i]) return false;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
}

}  // namespace

std::span<const Route> routes() {
  return all;
}

Task<> handle(Server& server, Session& session) {
  const Request& request = session.request();
  if (server.is_stopping()) throw busy("the server is stopping");
  const std::string_view method = request.method == "HEAD" ? std::string_view{"GET"} : request.method;
  std::string allow;
  for (const Route& route : all) {
    if (!matches(route.path, request.segments) || (route.is_local && !session.peer().is_local)) continue;
    if (route.method == method) {
      co_await route.handle(server, session);
      co_return;
    }
    if (!allow.empty()) allow += ", ";
    allow += route.method;
  }
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (allow.empty()) throw Problem(404, fmt::format("there is nothing at {}", printable(path)));
  Problem problem(405, fmt::format("{} is not for {}", printable(path), printable(request.method)));
  problem.allow = allow;
  throw problem;
}

}  // namespace carnet::serve

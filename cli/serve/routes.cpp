// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/routes.hpp"

#include <fmt/format.h>

#include <array>

#include "cli/message.hpp"
#include "cli/serve/assets.hpp"
#include "cli/serve/server.hpp"

namespace carnet::serve {
namespace {

constexpr std::array all{
    Route{"POST", "/events", post_events},
    Route{"GET", "/events", get_events},
    Route{"GET", "/streams/{stream...}", get_stream},
    Route{"GET", "/avions", get_rows},
    Route{"GET", "/avions/{key...}", get_row},
    Route{"GET", "/avion", get_rows},
    Route{"GET", "/avion/{key...}", get_row},
    Route{"GET", "/pilotes", get_rows},
    Route{"GET", "/pilotes/{key...}", get_row},
    Route{"GET", "/pilote", get_rows},
    Route{"GET", "/pilote/{key...}", get_row},
    Route{"GET", "/vols", get_rows},
    Route{"GET", "/vols/{key...}", get_row},
    Route{"GET", "/vol", get_rows},
    Route{"GET", "/vol/{key...}", get_row},
    Route{"GET", "/passagers", get_rows},
    Route{"GET", "/passagers/{key...}", get_row},
    Route{"GET", "/passager", get_rows},
    Route{"GET", "/passager/{key...}", get_row},
    Route{"GET", "/reservations", get_rows},
    Route{"GET", "/reservations/{key...}", get_row},
    Route{"GET", "/reservation", get_rows},
    Route{"GET", "/reservation/{key...}", get_row},
    Route{"GET", "/tables", get_tables},
    Route{"GET", "/status", get_status, true, false, true},
    Route{"GET", "/healthz", get_health, false, false, true},
    Route{"GET", "/metrics", get_metrics, true, false, true},
    Route{"POST", "/verify", post_verify},
    Route{"POST", "/backup", post_backup, true, true},
    Route{"POST", "/stop", post_stop, true, true},
    Route{"GET", "/", get_asset, false, false, true},
    Route{"GET", "/{file}", get_asset, false, false, true},
};

}  // namespace

std::span<const Route> routes() {
  return all;
}

bool matches(const Route& route, const std::vector<std::string>& segments) {
  std::string_view path = route.path.substr(1);
  for (std::size_t i = 0;; ++i) {
    if (path.empty()) return i == segments.size();
    const std::string_view part = path.substr(0, path.find('/'));
    if (i == segments.size()) return false;
    if (part.ends_with("...}")) return true;
    if (part[0] != '{' && part != segments[i]) return false;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
}

Task<> handle(Server& server, Session& session) {
  const Request& request = session.request();
  if (server.is_stopping()) throw busy("the server is stopping");
  const bool is_head = request.method == "HEAD";
  const std::string path = request.target.substr(0, request.target.find('?'));
  std::string allow;
  for (const Route& route : all) {
    if (!matches(route, request.segments) || (route.is_local && !session.peer().is_local)) continue;
    if (route.handle == get_asset && asset(path) == nullptr) continue;
    if (route.method == request.method || (is_head && route.takes_head)) {
      if (route.needs_token && !session.peer().is_local &&
          (server.token() == nullptr || !server.token()->is_shown_by(request.authorization))) {
        throw Problem(401, "show the token: Authorization: Bearer TOKEN");
      }
      co_await route.handle(server, session);
      co_return;
    }
    if (allow.find(route.method) != allow.npos) continue;
    if (!allow.empty()) allow += ", ";
    allow += route.method;
  }
  if (allow.empty()) throw Problem(404, fmt::format("there is nothing at {}", printable(path)));
  Problem problem(405, fmt::format("{} is not for {}", printable(path), printable(request.method)));
  problem.allow = allow;
  throw problem;
}

}  // namespace carnet::serve

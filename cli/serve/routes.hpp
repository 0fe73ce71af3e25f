// SPDX-License-Identifier: Apache-2.0
// Which request is answered by whom.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/serve/asio.hpp"

namespace carnet::serve {

class Server;
class Session;

struct Route {
  std::string_view method;
  std::string_view path;  ///< Segments; {x} stands for one of any text, {x...} at the end for one or more.
  Task<> (*handle)(Server&, Session&);
  bool needs_token = true;  ///< On TCP.
  bool is_local = false;    ///< On the Unix socket only.
  bool takes_head = false;  ///< HEAD, too: the answer is made whole.
};

std::span<const Route> routes();
bool matches(const Route&, const std::vector<std::string>& segments);

/// Finds the request's route and goes it. Throws Problem, and what handling throws.
Task<> handle(Server&, Session&);

// The handlers, each beside what it needs.
Task<> post_events(Server&, Session&);
Task<> get_events(Server&, Session&);
Task<> get_stream(Server&, Session&);
Task<> get_rows(Server&, Session&);
Task<> get_row(Server&, Session&);
Task<> get_tables(Server&, Session&);
Task<> get_status(Server&, Session&);
Task<> get_health(Server&, Session&);
Task<> get_metrics(Server&, Session&);
Task<> post_verify(Server&, Session&);
Task<> post_backup(Server&, Session&);
Task<> get_asset(Server&, Session&);
Task<> post_stop(Server&, Session&);

}  // namespace carnet::serve

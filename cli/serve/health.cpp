// SPDX-License-Identifier: Apache-2.0
// Is it well, and shall it stop?
#include "cli/serve/append_events.hpp"
#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"

namespace carnet::serve {

// An append of nothing goes the whole way: it finds a full disk, a ledger that must be opened again, a hanging thread.
Task<> get_health(Server& server, Session& session) {
  session.request().parameters.only({});
  auto job = std::make_unique<Job>();
  job->probe = true;
  job = co_await appended(server, std::move(job));
  if (job->failure) {
    try {
      std::rethrow_exception(job->failure);
    } catch (const std::exception& error) {
      throw Problem(503, error.what());
    }
  }
  const Response response{.body = "{\"status\":\"ok\"}\n"};
  co_await session.respond(response);
}

Task<> post_stop(Server& server, Session& session) {
  co_await session.body(0);
  server.stop();  // first: who asks may not wait for the answer
  const Response response{.status = 202, .body = "{\"stopping\":true}\n"};
  co_await session.respond(response);
}

}  // namespace carnet::serve

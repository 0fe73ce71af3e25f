// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <system_error>

#include "cli/exit.hpp"
#include "events/json.hpp"
#include "projector/projection.hpp"
#include "query/expr.hpp"

namespace carnet::serve {
namespace {

constexpr int database_retry_s = 2;

Problem bad_question(const QuestionError& error) {
  Problem problem(400, error.what());
  problem.members = R"(,"clause":)";
  const std::string_view clause = error.clause;  // named as the command's option
  json::append_quoted(problem.members, clause.substr(std::min(clause.size(), clause.find_first_not_of('-'))));
  fmt::format_to(std::back_inserter(problem.members), R"(,"offset":{},"length":{})", error.place.offset,
                 error.place.length);
  return problem;
}

/// With what a command on the same machine needs to end as it would without a server.
Problem told(int status, const std::exception& error) {
  Problem problem(status, error.what());
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  problem.members = system != nullptr ? fmt::format(R"(,"errno":{})", system->code().value())
                                      : fmt::format(R"(,"exit":{})", static_cast<int>(exit_status(error)));
  return problem;
}

Problem later(const std::exception& error) {
  Problem problem = told(503, error);
  problem.retry_after_s = database_retry_s;
  return problem;
}

}  // namespace

Problem problem_of(const std::exception& error) {
  if (const auto* problem = dynamic_cast<const Problem*>(&error)) return *problem;
  if (const auto* question = dynamic_cast<const QuestionError*>(&error)) return bad_question(*question);
  if (dynamic_cast<const Usage*>(&error) != nullptr) return told(400, error);
  if (dynamic_cast<const DatabaseDown*>(&error) != nullptr) return later(error);
  if (dynamic_cast<const Mismatch*>(&error) != nullptr) return told(503, error);  // until somebody makes them anew
  if (dynamic_cast<const Interrupted*>(&error) != nullptr) return busy("the server is stopping");
  if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
    if (system->code() == std::errc::no_space_on_device) return told(507, error);
    if (system->code() == std::errc::io_error) return told(503, error);
  }
  return told(500, error);
}

}  // namespace carnet::serve

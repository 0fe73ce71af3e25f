// SPDX-License-Identifier: Apache-2.0
// Why a request is not done, where it is not an event's rejection: RFC 9457's application/problem+json.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace carnet::serve {

/// Thrown by who handles a request, answered at the request's edge.
struct Problem : std::runtime_error {
  Problem(int status_given, const std::string& detail) : std::runtime_error(detail), status(status_given) {}

  int status;
  std::string members{};               ///< Further JSON members, each with a comma before it.
  std::optional<int> retry_after_s{};  ///< When it may be different.
  std::string allow{};                 ///< Of a 405: the methods that there are.
};

/// Out of room or time for now: 503, or 429 where it is this client that has too much under way.
inline Problem busy(const std::string& detail, int status = 503) {
  Problem problem(status, detail);
  problem.retry_after_s = 1;
  return problem;
}

/// What an exception means to who asked. What is nobody's fault but ours is a 500.
Problem problem_of(const std::exception&);

}  // namespace carnet::serve

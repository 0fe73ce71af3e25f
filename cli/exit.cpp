// SPDX-License-Identifier: Apache-2.0
#include "cli/exit.hpp"

#include <system_error>

#include "events/ledger.hpp"
#include "projector/projection.hpp"
#include "projector/uri.hpp"
#include "query/expr.hpp"

namespace carnet {
namespace {

template <class Error>
bool is(const std::exception& error) {
  return dynamic_cast<const Error*>(&error) != nullptr;
}

}  // namespace

Exit exit_status(const std::exception& error) {
  if (const auto* refusal = dynamic_cast<const ServerRefusal*>(&error)) return refusal->exit;
  if (is<Usage>(error) || is<QuestionError>(error) || is<BadUri>(error)) return Exit::usage;
  if (is<Damage>(error) || is<Mismatch>(error)) return Exit::integrity;
  if (is<DatabaseDown>(error) || is<ServerDown>(error)) return Exit::unavailable;
  if (is<Locked>(error) || is<NotYet>(error)) return Exit::locked;
  if (is<Interrupted>(error)) return Exit::interrupted;
  if (is<NoLedger>(error) || is<BrokenPipe>(error) || is<std::system_error>(error)) return Exit::io;
  return Exit::failed;
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// An answer whose text a worker makes while the peer takes it.
#pragma once

#include <functional>

#include "cli/serve/flow.hpp"
#include "cli/serve/session.hpp"
#include "cli/serve/workers.hpp"

namespace carnet::serve {

/// Has the work done and sends what it puts into the flow; the answer begins with the first text, so that what fails
/// before is answered as a problem. False where there was no text: nothing is begun then. The answer is not finished.
Task<bool> pour(Workers&, Session&, asio::io_context&, const Response& head, std::function<void(Flow&)> work);

}  // namespace carnet::serve

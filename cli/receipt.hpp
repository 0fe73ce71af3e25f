// SPDX-License-Identifier: Apache-2.0
// The answer to one event as a JSON object: {"line":4,"position":17,"version":2}, or the rejection.
#pragma once

#include <string>

#include "events/ledger.hpp"

namespace carnet {

/// `"position":17,"version":2` and the ids that the ledger gave, without braces.
void append_receipt(std::string& out, const Line&, const Receipt&);

/// `"code":"taken","member":"siege","message":"…"`, without braces.
void append_rejection(std::string& out, const Rejection&);

}  // namespace carnet

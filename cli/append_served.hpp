// SPDX-License-Identifier: Apache-2.0
// `carnet append` through the home's server: event lines there, answers back.
#pragma once

#include <memory>

#include "cli/append.hpp"
#include "cli/client.hpp"

namespace carnet {

/// As through our own ledger: the same answers, in the same order. Throws ServerDown, ServerRefusal, ServerHangs.
Exit append_served(const Common&, std::unique_ptr<Client>, const AppendOptions&, AppendInput&, Report&);

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Tables of moments of the past, each in a schema of its own; the few that were asked for last are kept.
#pragma once

#include <string>

#include "events/reader.hpp"
#include "projector/moments.hpp"
#include "projector/rebuild.hpp"

namespace carnet {

/// The schema with the tables as of a position: one that is there, else made now (where somebody else is making it, it
/// waits). Then drops the ones that nobody asked for longest, but for the last four, and but for those that somebody
/// reads or that a user's own things depend on.
std::string as_of(const std::string& uri, Reader&, Position, const Rebuild& = {}, const Watch& = {});

}  // namespace carnet

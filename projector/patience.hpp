// SPDX-License-Identifier: Apache-2.0
// Waiting for a server that went away.
#pragma once

#include <chrono>
#include <functional>

#include "projector/projection.hpp"

namespace carnet {

/// Sleeps, or throws Interrupted.
void sleep(std::chrono::steady_clock::duration, StopFlag);

/// Calls `attempt` until it returns, with growing pauses after each DatabaseDown (or a server that is read-only for
/// now), each told. The pauses start small again whenever an attempt called `progress`. A server that no attempt ever
/// reached is not waited for: the exception goes on.
void patiently(const Watch&, const std::function<void(const std::function<void()>& progress)>& attempt);

}  // namespace carnet

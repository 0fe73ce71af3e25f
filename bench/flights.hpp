// SPDX-License-Identifier: Apache-2.0
// The workload that the ledger is measured with: three events a flight, eight flights under way at a time.
#pragma once

#include <string>
#include <vector>

#include "events/line.hpp"

namespace carnet::bench {

/// They take turns: the n-th flight is flown by the n-th of them, from the first one again after the last.
constexpr std::size_t avions = 4000;

/// Behind so many events, and each time so many more, all flights have landed.
constexpr std::size_t block = 24;

/// The n-th event, from 0: the same one whenever it is asked for.
std::string flight_line(std::size_t n, bool with_id);

/// The first so many events.
std::vector<Line> flights(std::size_t events, bool with_id);

/// The avions and pilotes that fly them, to be appended first.
std::vector<Line> fleet();

/// Which events are which caller's, in their order. An avion is always one caller's, so that nothing is refused however
/// far one caller is ahead of another.
std::vector<std::vector<std::size_t>> shares(std::size_t events, std::size_t callers);

std::vector<Line> parsed(const std::vector<std::string>& texts);

}  // namespace carnet::bench

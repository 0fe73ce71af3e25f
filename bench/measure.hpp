// SPDX-License-Identifier: Apache-2.0
// Measuring against a baseline: the machine is shared and noisy, so contestants take turns and medians are compared.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "events/temporary_directory.hpp"

namespace carnet::bench {

struct Contestant {
  std::string name;
  std::function<double()> rate;  ///< One round: what it did a second.
};

/// Runs all contestants in turn, `rounds` times, and prints for each the median rate and its ratio to each of the
/// `baselines` (indexes into the contestants).
///
/// Nothing is run where `only` is set and does not stand in the title.
inline std::string only;
void compare(const std::string& title, const std::string& unit, int rounds, const std::vector<Contestant>& contestants,
             const std::vector<std::size_t>& baselines);

/// Seconds that the work takes.
double seconds(const std::function<void()>& work);

/// An empty directory on the disk that is measured, removed with the object. Under CARNET_BENCH_DIR, else /var/tmp.
class Scratch {
 public:
  Scratch();
  std::string path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

/// Resident memory of this process in MiB, now.
double resident_mib();

}  // namespace carnet::bench

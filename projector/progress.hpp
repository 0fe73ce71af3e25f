// SPDX-License-Identifier: Apache-2.0
// How far a piece of work of several steps is, told as if it were all one: in records.
#pragma once

#include <mutex>

#include "projector/projection.hpp"

namespace carnet {

class Progress {
 public:
  Progress(const Watch& watch, Position records) : watch_(watch), records_(records) {}

  /// That share of the whole is done, 0 to 1. From any thread. What was told before is never taken back.
  void reached(double share);

 private:
  const Watch& watch_;
  const Position records_;
  std::mutex mutex_;
  Position told_ = 0;
};

}  // namespace carnet

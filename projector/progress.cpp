// SPDX-License-Identifier: Apache-2.0
#include "projector/progress.hpp"

namespace carnet {

void Progress::reached(double share) {
  if (!watch_.progress) return;
  const std::lock_guard lock(mutex_);
  const auto done = static_cast<Position>(share * static_cast<double>(records_));
  if (done <= told_) return;
  told_ = std::min(done, records_);
  watch_.progress(told_, records_);
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Long answers on a terminal go through a pager.
#pragma once

#include <sys/types.h>

namespace carnet {

/// While it lives, standard output goes to $PAGER, or to `less` where there is one; it shows what fits the screen and
/// leaves at once. Nothing changes where standard output is no terminal, or PAGER is empty or `cat`.
class Pager {
 public:
  Pager();
  ~Pager();  ///< Waits until the reader has seen enough.
  Pager(const Pager&) = delete;

 private:
  pid_t child_ = -1;
  int terminal_ = -1;
};

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Starts to read memory before it is needed: the waits for many places then overlap.
#pragma once

namespace carnet {

/// Reads a byte, and so what is by it. Not a prefetch instruction: of a thousand of those in a row a processor drops
/// most.
inline void fetch(const void* at) {
  static_cast<void>(*static_cast<const volatile char*>(at));
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM. By default they end the process with status 130; a command that has something to finish first
// holds an InterruptLatch.
#pragma once

#include <atomic>
#include <cstdint>

namespace carnet {

/// To be called once, before any thread is started. SIGPIPE becomes an error of the write.
void end_on_interrupt();

/// While it lives, the first interrupt only asks to stop; a second one ends the process.
class InterruptLatch {
 public:
  InterruptLatch();
  ~InterruptLatch();
  InterruptLatch(const InterruptLatch&) = delete;
};

/// Whether a latch holds an interrupt. Set from a signal handler.
extern std::atomic<bool> interrupt_came;

enum class Wait : std::uint8_t { readable, over, stopped };

/// Waits until the descriptor (-1: none) is readable, the time is over (-1: never is), an interrupt came or the stop
/// descriptor (-1: none) is readable.
Wait wait_readable(int descriptor, int timeout_ms, int stop_descriptor = -1);

}  // namespace carnet

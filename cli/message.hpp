// SPDX-License-Identifier: Apache-2.0
// What people read on standard error: messages, and a progress bar where it is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace carnet {

/// Writes `carnet: WHERE: WHAT` as one line, with control characters made visible: messages quote what others wrote.
void say(std::string_view where, std::string_view what);

/// The error of a file or a system call, with what to do about it.
void say(const std::system_error&);

/// The text with control characters as \xNN, so that it cannot drive a terminal.
std::string printable(std::string_view text);

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// One line on the terminal, redrawn at most ten times a second and wiped when it ends; nothing where standard error is
/// not a terminal. A message that comes between moves it down.
class ProgressBar {
 public:
  /// The whole is in the unit that `show` counts; 0 where it is not known.
  ProgressBar(std::string_view what, std::uint64_t whole);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;

  /// `done` of the whole; `items` of what people count ("lines") give the rate.
  void show(std::uint64_t done, std::uint64_t items, std::string_view unit);

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  std::uint64_t whole_;
  bool wanted_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
};

}  // namespace carnet

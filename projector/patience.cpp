// SPDX-License-Identifier: Apache-2.0
#include "projector/patience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace carnet {
namespace {

using namespace std::chrono_literals;
constexpr auto first_pause = 100ms, longest_pause = 5'000ms;
constexpr const char* read_only = "25006";

}  // namespace

void sleep(std::chrono::steady_clock::duration time, StopFlag stop) {
  using Clock = std::chrono::steady_clock;
  for (auto until = Clock::now() + time; Clock::now() < until;) {
    if (stop != nullptr && *stop) throw Interrupted();
    std::this_thread::sleep_for(std::min<Clock::duration>(until - Clock::now(), 50ms));
  }
}

void patiently(const Watch& watch, const std::function<void(const std::function<void()>&)>& attempt) {
  auto pause = first_pause;
  bool reached = false;
  auto wait = [&](const std::exception& error) {
    if (watch.say) watch.say(fmt::format("{}; trying again in {} ms", error.what(), pause.count()));
    sleep(pause, watch.stop);
    pause = std::min(2 * pause, longest_pause);
  };
  for (;;) {
    try {
      return attempt([&] {
        reached = true;
        pause = first_pause;
      });
    } catch (const DatabaseDown& down) {
      if (!reached) throw;
      wait(down);
    } catch (const DatabaseError& error) {
      if (!reached || error.sqlstate != read_only) throw;
      wait(error);
    }
  }
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <algorithm>

#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/query.hpp"

namespace {

// A reader holds all files of the log open; shells allow 1,024, and more to who asks.
void allow_descriptors() {
  constexpr rlim_t enough = 1 << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough) return;
  limit.rlim_cur = std::min(limit.rlim_max, enough);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    allow_descriptors();
    carnet::end_on_interrupt();
    return static_cast<int>(carnet::run({argv + 1, argv + argc}));
  } catch (const carnet::BrokenPipe&) {
    return static_cast<int>(carnet::Exit::done);  // `| head` has what it wanted
  } catch (const carnet::QuestionError& error) {
    carnet::report(error);
    return static_cast<int>(carnet::exit_status(error));
  } catch (const std::system_error& error) {
    carnet::say(error);
    return static_cast<int>(carnet::exit_status(error));
  } catch (const std::exception& error) {
    carnet::say("", error.what());
    return static_cast<int>(carnet::exit_status(error));
  }
}

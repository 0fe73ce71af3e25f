// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "cli/exit.hpp"

namespace carnet {

std::atomic<bool> interrupt_came{false};

namespace {

std::atomic<int> latches{0};
std::array<int, 2> wake{-1, -1};  // a pipe, so that a poll in any thread sees the interrupt, whichever thread took it

std::atomic<std::int64_t> first_ms{0};
constexpr std::int64_t same_ms = 100;  // timeout(1) sends it twice: to the command and to its group

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

extern "C" void on_interrupt(int) {
  if (latches.load() == 0) ::_exit(static_cast<int>(Exit::interrupted));
  std::int64_t none = 0;
  first_ms.compare_exchange_strong(none, now_ms());
  if (interrupt_came.exchange(true)) {
    if (now_ms() - first_ms > same_ms) ::_exit(static_cast<int>(Exit::interrupted));
    return;
  }
  const int saved = errno;
  [[maybe_unused]] const ssize_t n = ::write(wake[1], "", 1);
  errno = saved;
}

}  // namespace

void end_on_interrupt() {
  if (::pipe2(wake.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM}) {
    struct sigaction old {};
    ::sigaction(signal, nullptr, &old);
    if (old.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);  // nohup and `cmd &` mean to be left alone
  }
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

InterruptLatch::InterruptLatch() {
  ++latches;
}
InterruptLatch::~InterruptLatch() {
  --latches;
}

Wait wait_readable(int descriptor, int timeout_ms, int stop_descriptor) {
  std::array<pollfd, 3> fds{pollfd{wake[0], POLLIN, 0}, pollfd{stop_descriptor, POLLIN, 0},
                            pollfd{descriptor, POLLIN, 0}};
  while (::poll(fds.data(), fds.size(), timeout_ms) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
  if (fds[0].revents != 0 || fds[1].revents != 0) return Wait::stopped;
  return fds[2].revents != 0 ? Wait::readable : Wait::over;
}

}  // namespace carnet

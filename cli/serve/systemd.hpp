// SPDX-License-Identifier: Apache-2.0
// What systemd tells a service and wants to hear from it: sockets that it listens at already, and notices. Without
// systemd there are none, and nothing is sent.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace carnet::serve {

/// The sockets that were handed over (sd_listen_fds); close-on-exec from here on. To be called once.
std::vector<int> sockets_from_systemd();

/// Sends "READY=1", "STOPPING=1" ... (sd_notify). Nobody there is fine.
void notify_systemd(std::string_view state);

/// How often it wants "WATCHDOG=1"; null where it does not.
std::optional<std::chrono::microseconds> watchdog_period();

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
// A wire between a client and PostgreSQL's socket that breaks after so many bytes.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "events/temporary_directory.hpp"

namespace carnet {

class CutWire {
 public:
  explicit CutWire(const std::string& uri);
  ~CutWire();
  CutWire(const CutWire&) = delete;

  const std::string& uri() const { return uri_; }  ///< Through the wire.
  /// The connections from now on break once that many bytes have passed in that direction. Less than none: never.
  void cut_after(long bytes_to_server, long bytes_to_client);
  /// What the connection that ended last carried: to the server, to the client.
  std::pair<long, long> carried() const { return {sent_, received_}; }

 private:
  void serve();
  void carry(int client, int server);

  TemporaryDirectory directory_{"carnet-wire"};
  std::string uri_, target_;
  int listener_ = -1;
  std::atomic<long> to_server_ = -1, to_client_ = -1;
  std::atomic<long> sent_ = 0, received_ = 0;
  std::atomic<bool> done_ = false;
  std::jthread thread_;
};

}  // namespace carnet

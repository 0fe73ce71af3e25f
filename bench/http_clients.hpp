// SPDX-License-Identifier: Apache-2.0
// A server of one's own to measure, and lean clients of it: raw sockets, one thread, no library, so that the clients
// take as little as they can of the processors that they share with the server.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace carnet::bench {

/// `carnet serve` as a process; stopped with the object, and its database with it.
class ServerProcess {
 public:
  /// `database`: a URI; empty: the private one. Returns once it answers.
  ServerProcess(std::string program, std::string home, std::string database);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;

  int connect() const;  ///< A socket, blocking.
  double resident_mib() const;
  std::size_t descriptors() const;
  /// Waits until the tables are true of everything.
  void wait_for_tables() const;

 private:
  std::string program_, home_;
  pid_t pid_ = 0;
};

/// The body of one answer to one request; "Connection: close" is added.
std::string ask(const ServerProcess&, std::string request_line, std::string_view fields = {});

/// POST /events of one JSON event, kept alive.
std::string event_request(std::string_view line);

/// Each client sends its requests one after the other, each when the one before it was answered. Gives how many answers
/// were not 201.
std::size_t one_at_a_time(const ServerProcess&, const std::vector<std::vector<std::string>>& requests_of_client);

/// Sends the file as one NDJSON body and reads the answer at the same time. Gives the answer's last line.
std::string stream_file(const ServerProcess&, const std::string& file, bool receipts);

}  // namespace carnet::bench

// SPDX-License-Identifier: Apache-2.0
// One connection: requests in, one behind the other, answers out. What they are about is the routes' (routes.hpp).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>

#include "cli/serve/request.hpp"
#include "cli/serve/response.hpp"
#include "cli/serve/wire.hpp"

namespace carnet::serve {

class Server;

/// Who is at the other end.
struct Peer {
  bool is_local = false;  ///< On the Unix socket, where the kernel has said who it is.
  std::string name;       ///< "process 4711" or an address: what one client may have under way is counted by it.
};

/// How long a client may take, and how much it may leave unread.
struct Limits {
  std::chrono::seconds header{10};  ///< From a request's first byte, or the connection's beginning, to its end.
  std::chrono::seconds idle{60};    ///< Between requests.
  std::chrono::seconds body{30};    ///< Between two bytes of a body; a whole one of limited length within twice that.
  std::chrono::seconds write{30};   ///< For the peer to take something.
  std::chrono::seconds heartbeat{15};  ///< Between two signs of life of a stream that is quiet.
  std::size_t connections = 4096;
};

/// Everything here is for the I/O thread. What the peer does to the connection is boost::system::system_error, what it
/// asks wrongly is Problem.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Clock = std::chrono::steady_clock;

  Session(Server&, Wire, Peer);
  ~Session();
  Session(const Session&) = delete;

  Task<> run();

  // For who handles a request.

  const Request& request() const { return reader_->request(); }
  const Peer& peer() const { return peer_; }

  /// Appends what comes next of the body; false at its end.
  Task<bool> more(std::string& to);
  /// All of it. Throws Problem (413) where it is longer.
  Task<std::string> body(std::size_t max_bytes);

  Task<> respond(const Response&);  ///< A named one: g++ 12 destroys a braced temporary of a co_await twice.

  /// An answer in pieces: begin, write as often as needed, finish. What is written waits in memory until the peer
  /// takes it: `backlog` says how much that is, and `bell` rings when it has become less.
  void begin(const Response& head);
  bool begun() const { return begun_; }
  void write(std::string_view text);
  std::size_t backlog() const { return waiting_.size() + sending_.size(); }
  Task<> finish();
  /// In place of finish: what was written is sent, then the connection ends without the answer's end, so that nobody
  /// takes it for whole.
  Task<> cut();

  /// Rings when something has happened that the handler may wait for: less backlog, news, a heartbeat due, the end.
  Bell& bell() { return bell_; }
  /// From now on the peer's going is noticed at once and ends the session: for answers that last.
  void watch_peer();
  /// The connection is of no more use, or the server is stopping: streams are to end.
  bool is_over() const { return closed_ || stopping_; }
  bool is_closed() const { return closed_; }
  /// Whether nothing was sent for so long that a sign of life is due.
  bool heartbeat_due() const;

  // For the server.

  /// Once a second: whoever is too slow is dealt with.
  void look_at_clock(Clock::time_point now);
  /// The server is stopping: idle connections go, streams end, a request under way is answered.
  void stop();
  void close() noexcept;

 private:
  Task<bool> next_request();
  Task<> serve_one();
  Task<> answer_and_close(Problem);
  Task<> send(std::string_view bytes);
  Task<> fill(std::size_t room);
  Task<> linger();
  Task<> pump();

  Server& server_;
  Wire wire_;
  Peer peer_;
  Bell bell_;
  std::unique_ptr<RequestReader> reader_;
  std::string buffer_;  // begin_ to end_ was read and not used
  std::size_t begin_ = 0, end_ = 0;
  std::string waiting_, sending_;  // of an answer in pieces
  Clock::time_point read_until_ = Clock::time_point::max(), write_until_ = Clock::time_point::max();
  Clock::time_point last_write_ = Clock::now();
  Length length_ = Length::given;
  bool idle_ = true;  // between requests
  bool timed_out_ = false;
  bool begun_ = false;  // the answer's header was written
  bool keep_alive_ = true;
  bool pumping_ = false, closed_ = false, stopping_ = false;
  bool whole_body_ = false;  // read_until_ holds for all of it
};

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
// The commands' side of the home's server: one request on one connection to its socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/home.hpp"

namespace carnet {

/// Appends `?name=value` or, behind others, `&name=value`.
void add_parameter(std::string& target, std::string_view name, std::string_view value);

/// The text, percent-encoded: as one segment of a path, or a parameter's value.
std::string percent_encoded(std::string_view text);

class Client {
 public:
  static constexpr std::chrono::milliseconds usual_patience{10'000};

  /// Null where no server runs. A server that is there and gives no sign of life within the patience is ServerHangs,
  /// here and in all that follows; one that is merely busy is waited for. Throws std::system_error where the socket may
  /// not be used.
  static std::unique_ptr<Client> to(const Home&, std::chrono::milliseconds patience = usual_patience);
  ~Client();
  Client(const Client&) = delete;

  struct Answer {
    int status = 0;
    std::string body;  ///< What was not taken by a `take`.
    bool done() const { return status >= 200 && status < 300; }
  };

  /// Takes the body of an answer that is done, piece by piece; false: that is enough of it.
  using Take = std::function<bool(std::string_view)>;

  // One of these, once. They throw ServerDown, ServerHangs, and Interrupted where an interrupt comes.

  Answer get(const std::string& target);
  Answer get(const std::string& target, const Take& take);
  Answer post(const std::string& target, std::string_view type, std::string body);

  /// A body that is sent in pieces. For the thread that sends.
  class Body {
   public:
    virtual ~Body() = default;
    /// False where nobody takes it any more.
    virtual bool write(std::string_view bytes) = 0;
  };

  /// What there is to send: `send` runs on a thread of its own while the answer is taken; `stop` wakes it up wherever
  /// it waits. What `send` throws ends the body, and is thrown here when all that was sent is answered.
  struct Source {
    std::function<void(Body&)> send;
    std::function<void()> stop;
  };
  /// Event lines there, answers back, at the same time. An interrupt does not end it: the source ends then.
  Answer exchange(const std::string& target, const Source& source, const Take& take);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

/// Throws what the server says in place of a done answer: std::system_error or ServerRefusal.
[[noreturn]] void refuse(const Client::Answer&);

}  // namespace carnet

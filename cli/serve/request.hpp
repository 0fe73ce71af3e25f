// SPDX-License-Identifier: Apache-2.0
// One HTTP request, as far as its header tells, and the reading of it. Without sockets: bytes in, a Request or a
// Problem out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/serve/parameters.hpp"

namespace carnet::serve {

struct Request {
  std::string method;
  std::string target;                 ///< As sent, without scheme and host.
  std::vector<std::string> segments;  ///< Of the path, decoded: /streams/vol/AF101 has three. Of / none.
  Parameters parameters;
  bool is_1_0 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  std::optional<std::uint64_t> content_length;
  // Header fields; empty where they are not there.
  std::string accept, authorization, content_type, last_event_id;

  /// Whether `Accept` names the type; a browser's list may name several. `*/*` names none.
  bool accepts(std::string_view type) const { return accept.find(type) != accept.npos; }
  /// The content type without its parameters, in small letters.
  std::string media_type() const;
};

/// Reads one request from the bytes of a connection, on Beast's parser. What Beast lets through and others read
/// differently, so that two of them could be made to disagree about where a request ends, is refused here: see
/// FaultOfHeader in request.cpp.
class RequestReader {
 public:
  static constexpr std::size_t max_header_bytes = 8 << 10;

  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;

  /// How many of the bytes were the header, once it is whole; else 0, to be called again with more behind these bytes.
  /// Throws Problem.
  std::size_t header(std::string_view bytes);
  Request& request();

  bool has_body() const;  ///< To be read, after the header.
  bool done() const;
  /// Appends what the bytes hold of the body. Gives how many were used; what is left is to come again with more behind
  /// it, or is the next request's. Throws Problem.
  std::size_t body(std::string_view bytes, std::string& to);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace carnet::serve

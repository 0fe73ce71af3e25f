// SPDX-License-Identifier: Apache-2.0
// An answer, and its bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/serve/problem.hpp"

namespace carnet::serve {

inline constexpr std::string_view ndjson_type = "application/x-ndjson";
inline constexpr std::string_view json_type = "application/json";

struct Response {
  int status = 200;
  std::string type{json_type};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> fields{};  ///< Further ones of the header.
};

/// How the bytes behind the header end.
enum class Length : unsigned char { given, chunked, until_close };

Response response_of(const Problem&);

/// The header's bytes. `body_bytes` counts where the length is given.
std::string header_of(const Response&, Length, std::size_t body_bytes, bool keep_alive);

/// Appends the text as one chunk; an empty text is none.
void append_chunk(std::string& out, std::string_view text);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace carnet::serve

// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/response.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <ctime>
#include <iterator>

#include "events/json.hpp"

namespace carnet::serve {
namespace {

std::string_view reason(int status) {
  const auto text = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {text.data(), text.size()};
}

/// As HTTP writes it; made once a second. For the I/O thread.
const std::string& date() {
  static std::time_t made = 0;
  static std::string text;
  if (const std::time_t now = std::time(nullptr); now != made) {
    made = now;
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  }
  return text;
}

}  // namespace

Response response_of(const Problem& problem) {
  Response response{problem.status, "application/problem+json", {}, {}};
  response.body = fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"detail":)", reason(problem.status),
                              problem.status);
  json::append_quoted(response.body, problem.what());
  response.body += problem.members;
  response.body += "}\n";
  if (problem.retry_after_s) response.fields.emplace_back("Retry-After", std::to_string(*problem.retry_after_s));
  if (!problem.allow.empty()) response.fields.emplace_back("Allow", problem.allow);
  if (problem.status == 401) response.fields.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::string header_of(const Response& response, Length length, std::size_t body_bytes, bool keep_alive) {
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nServer: carnet\r\nDate: {}\r\n", response.status,
                 reason(response.status), date());
  if (!response.type.empty()) out.append("Content-Type: ").append(response.type).append("\r\n");
  if (length == Length::given) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", body_bytes);
  if (length == Length::chunked) out += "Transfer-Encoding: chunked\r\n";
  out += "X-Content-Type-Options: nosniff\r\n";
  bool cached = false;
  for (const auto& [name, value] : response.fields) {
    cached = cached || name == "Cache-Control";
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!cached) out += "Cache-Control: no-store\r\n";
  if (!keep_alive || length == Length::until_close) out += "Connection: close\r\n";
  return out += "\r\n";
}

void append_chunk(std::string& out, std::string_view text) {
  if (text.empty()) return;
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", text.size());
  out.append(text).append("\r\n");
}

}  // namespace carnet::serve

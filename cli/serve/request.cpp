// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/none.hpp>

#include "cli/message.hpp"
#include "cli/serve/problem.hpp"

namespace carnet::serve {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::string_view end_of_header = "\r\n\r\n";
// A chunk's first line and the trailers must be in the buffer as a whole: longer ones are somebody's who tries.
constexpr std::size_t max_frame_bytes = 4 << 10;

/// What the raw header shows and Beast's fields no more: lines that end in LF alone, lines that go on on the next one,
/// white space before the colon. Null where nothing is wrong.
const char* fault_of_lines(std::string_view header) {
  for (std::size_t at = header.find('\n'); at != header.npos; at = header.find('\n', at + 1)) {
    if (at == 0 || header[at - 1] != '\r') return "a line of the header ends in LF alone";
    if (at + 1 < header.size() && (header[at + 1] == ' ' || header[at + 1] == '\t')) {
      return "a line of the header goes on on the next one";
    }
  }
  if (header.find('\0') != header.npos) return "a NUL in the header";
  return nullptr;
}

bool equal(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

void set_target(Request& request, std::string_view target) {
  if (const std::size_t scheme = target.find("://"); scheme != target.npos && target[0] != '/') {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == target.npos ? "/" : target.substr(path);
  }
  if (target.empty() || target[0] != '/') throw Problem(400, "the target is not a path");
  request.target = target;
  const std::size_t question = target.find('?');
  if (question != target.npos) request.parameters = Parameters(target.substr(question + 1));
  std::string_view path = target.substr(1, question == target.npos ? question : question - 1);
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    auto decoded = percent_decoded(segment);
    if (!decoded) throw Problem(400, "the path is not percent-encoded");
    request.segments.push_back(std::move(*decoded));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
}

}  // namespace

std::string Request::media_type() const {
  std::string type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

/// Takes what Beast finds. Exceptions must not pass through Beast: a fault is kept and thrown when it has returned.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  Request request;
  std::optional<Problem> fault;
  std::string* body = nullptr;
  std::size_t searched = 0;  // of the header, for its end
  bool in_body = false;

  Parser() {
    eager(false);
    body_limit(boost::none);
    header_limit(max_header_bytes);
  }

 private:
  enum Once : unsigned { host = 1, length = 2, encoding = 4, authorization = 8, type = 16 };
  unsigned seen_ = 0;

  void refuse(int status, const std::string& why, error_code& ec) {
    if (!fault) fault.emplace(status, why);
    ec = http::error::bad_value;
  }

  bool once(Once field, string_view name, error_code& ec) {
    if ((seen_ & field) != 0) refuse(400, fmt::format("two fields {}", std::string_view{name.data(), name.size()}), ec);
    seen_ |= field;
    return !ec;
  }

  void on_request_impl(http::verb, string_view method, string_view target, int version, error_code& ec) override {
    request.is_1_0 = version == 10;
    request.method = {method.data(), method.size()};
    try {
      set_target(request, {target.data(), target.size()});
    } catch (const Problem& problem) {
      fault = problem;
      ec = http::error::bad_target;
    }
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(http::field field, string_view name, string_view given, error_code& ec) override {
    if (in_body) return;  // a trailer changes nothing any more
    const std::string_view value{given.data(), given.size()};
    switch (field) {
      case http::field::host:
        once(host, name, ec);
        break;
      case http::field::content_length:
        if (!once(length, name, ec)) break;
        if (value.find_first_not_of("0123456789") != value.npos) {  // Beast takes "5, 5", too
          return refuse(400, "Content-Length is not one number", ec);
        }
        break;
      case http::field::transfer_encoding:
        if (!once(encoding, name, ec)) break;
        if (request.is_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding", ec);
        if (!equal(value, "chunked")) return refuse(501, "Transfer-Encoding: chunked would do", ec);
        break;
      case http::field::content_encoding:
        if (!value.empty() && !equal(value, "identity")) return refuse(415, "a body must not be compressed", ec);
        break;
      case http::field::content_type:
        if (once(type, name, ec)) request.content_type = value;
        break;
      case http::field::authorization:
        if (once(authorization, name, ec)) request.authorization = value;
        break;
      case http::field::accept:
        if (!request.accept.empty()) request.accept += ',';
        request.accept += value;
        break;
      case http::field::expect:
        if (!equal(value, "100-continue")) return refuse(417, "Expect: 100-continue would do", ec);
        request.expects_continue = !request.is_1_0;
        break;
      default:
        if (equal({name.data(), name.size()}, "Last-Event-ID")) request.last_event_id = value;
    }
  }

  void on_header_impl(error_code& ec) override {
    if (!request.is_1_0 && (seen_ & host) == 0) return refuse(400, "the field Host is missing", ec);
    if ((seen_ & length) != 0 && (seen_ & encoding) != 0) {
      return refuse(400, "Content-Length and Transfer-Encoding together", ec);
    }
    if ((seen_ & encoding) != 0 && !chunked()) return refuse(400, "Transfer-Encoding: chunked would do", ec);
    if (const auto n = content_length()) request.content_length = *n;
    request.keep_alive = keep_alive() && !request.is_1_0;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override {
    body->append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
    body->append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) {}
RequestReader::~RequestReader() = default;

Request& RequestReader::request() {
  return parser_->request;
}
bool RequestReader::done() const {
  return parser_->is_done();
}
bool RequestReader::has_body() const {
  return parser_->is_header_done() && !parser_->is_done();
}

std::size_t RequestReader::header(std::string_view bytes) {
  Parser& parser = *parser_;
  const std::size_t from = parser.searched > 3 ? parser.searched - 3 : 0;
  const std::size_t end = bytes.substr(0, max_header_bytes).find(end_of_header, from);
  parser.searched = bytes.size();
  const std::string_view header = bytes.substr(0, end == bytes.npos ? end : end + end_of_header.size());
  if (end == bytes.npos && bytes.size() >= max_header_bytes) {
    throw Problem(431, fmt::format("the header is longer than {} bytes", max_header_bytes));
  }
  if (const char* fault = fault_of_lines(header)) throw Problem(400, fault);
  if (end == bytes.npos) return 0;
  error_code error;
  std::size_t used = 0;
  while (!parser.is_header_done() && !error) {
    used += parser.put(boost::asio::buffer(header.data() + used, header.size() - used), error);
  }
  if (parser.fault) throw *parser.fault;
  if (error || !parser.is_header_done()) throw Problem(400, "not an HTTP request: " + error.message());
  parser.in_body = true;
  return used;
}

std::size_t RequestReader::body(std::string_view bytes, std::string& to) {
  Parser& parser = *parser_;
  parser.body = &to;
  std::size_t used = 0;
  error_code error;
  while (used < bytes.size() && !parser.is_done() && !error) {
    used += parser.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
  }
  if (error == http::error::need_more) {
    if (bytes.size() - used > max_frame_bytes) throw Problem(400, "a chunk's first line or the trailers are too long");
  } else if (error) {
    throw Problem(400, "the body is not what its header says: " + error.message());
  }
  return used;
}

}  // namespace carnet::serve

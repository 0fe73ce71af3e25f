// SPDX-License-Identifier: Apache-2.0
// Lines in, receipts out, at the same time.
#pragma once

#include "cli/serve/asio.hpp"
#include "cli/serve/raw_lines.hpp"

namespace carnet::serve {

class Server;
class Session;

/// Appends the body's lines as they come and answers each once it is durable or refused. Without `receipts` only what
/// is refused is answered, behind each commit a line says how far it is, and a last one sums up.
Task<> append_stream(Server&, Session&, bool receipts);

/// The same of lines that are there already.
Task<> answer_lines(Server&, Session&, RawLines, bool receipts);

/// {"accepted":N,"duplicates":D,"refused":R}, as a line; with `"line":L` in front where everything up to that one is
/// answered and more may follow.
std::string sum_line(std::uint64_t accepted, std::uint64_t duplicates, std::uint64_t refused, std::uint64_t line = 0);

}  // namespace carnet::serve

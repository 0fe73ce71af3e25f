// SPDX-License-Identifier: Apache-2.0
#include "cli/append_served.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/served_lines.hpp"
#include "cli/server_object.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t piece_bytes = 128 << 10;
constexpr auto busy_pause = 50ms;

/// Another way there: what was read or matched meanwhile may have taken longer than a server waits for a request.
std::unique_ptr<Client> connected(const Common& common) {
  auto client = Client::to(home_from(common.home));
  if (!client) throw ServerDown("the server went away");
  return client;
}

Answer answer_in(std::string_view json, const Line& line) {
  const ServerObject object(json);
  if (object.has("code")) return rejection_in(object);
  const auto id = [&](Kind kind) {
    return static_cast<std::int32_t>(object.number(fmt::format("{}_id", text(kind))).value_or(0));
  };
  const Kind kind = stream_of(line.event).kind;
  Receipt receipt;
  receipt.position = static_cast<Position>(object.number("position").value_or(0));
  receipt.version = static_cast<Version>(object.number("version").value_or(0));
  receipt.duplicate = object.flag("duplicate");
  if (kind == Kind::vol) {
    receipt.avion_id = id(Kind::avion);
    receipt.pilote_id = id(Kind::pilote);
  } else {
    receipt.id = id(kind);
  }
  return receipt;
}

/// The one event that the shell gave.
Exit append_one(const Common& common, std::unique_ptr<Client> server, const AppendOptions& options, AppendInput& input,
                Report& report) {
  const Batch batch = input.next();
  if (batch.lines.empty()) {
    report.add(batch, {});
    return report.exit();
  }
  const auto until = Clock::now() + std::chrono::duration<double>(options.wait_seconds);
  for (;; server = connected(common)) {
    const Client::Answer answer = server->post("/events", "application/json", batch.entries[0].text);
    const ServerObject object(answer.body);
    if (answer.done() || object.has("code")) {
      report.add(batch, {answer_in(answer.body, batch.lines[0])});
      return report.exit();
    }
    // Too much is waiting there: nothing was taken.
    const bool busy = (answer.status == 503 || answer.status == 429) && !object.has("errno") && !object.has("exit");
    if (!busy || Clock::now() > until) refuse(answer);
    std::this_thread::sleep_for(busy_pause);
  }
}

Exit append_lines(const Common& common, const AppendOptions& options, AppendInput& input, Report& report) {
  ServedLines lines(input, report, !options.rejects.empty());
  const char* const target = options.receipts ? "/events" : "/events?refusals_only=true";
  const Client::Answer answer = connected(common)->exchange(target, lines.source(), [&](std::string_view piece) {
    lines.take(piece);
    return true;
  });
  if (!answer.done()) refuse(answer);
  lines.end();
  return report.exit();
}

std::string target_of(const AppendOptions& options, bool keep) {
  std::string target = "/events";
  if (options.whole()) add_parameter(target, "atomic", "true");
  if (!keep) add_parameter(target, "dry_run", "true");
  for (const std::string& condition : options.expect) add_parameter(target, "expect", condition);
  return target;
}

/// The texts of the first lines that parsed.
void send_lines(Client::Body& body, const Batch& batch, std::size_t count) {
  std::string piece;
  for (const Entry& entry : batch.entries) {
    if (count == 0) break;
    if (entry.rejection) continue;
    piece.append(entry.text).append("\n");
    --count;
    if (piece.size() < piece_bytes) continue;
    if (!body.write(piece)) return;
    piece.clear();
  }
  body.write(piece);
}

/// As JudgeLines says.
std::vector<Answer> answers_to(const Common& common, const AppendOptions& options, const Batch& batch,
                               std::size_t count, bool keep) {
  std::vector<Answer> answers;
  if (count == 0) return answers;
  std::string text;
  const Client::Source source{[&](Client::Body& body) { send_lines(body, batch, count); }, [] {}};
  const Client::Answer answer =
      connected(common)->exchange(target_of(options, keep), source, [&](std::string_view piece) {
        text += piece;
        return true;
      });
  if (!answer.done()) {  // 422: the line that it failed on
    const ServerObject failed(answer.body);
    const auto line = failed.number("line");
    if (!line || !failed.has("code")) refuse(answer);
    answers.resize(static_cast<std::size_t>(*line) - 1);
    answers.emplace_back(rejection_in(failed));
    return answers;
  }
  for (std::string_view rest = text; !rest.empty() && answers.size() < count;) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    answers.push_back(answer_in(line, batch.lines[answers.size()]));
  }
  if (answers.size() < count) throw ServerDown("the server went away before it had answered everything");
  return answers;
}

}  // namespace

Exit append_served(const Common& common, std::unique_ptr<Client> server, const AppendOptions& options,
                   AppendInput& input, Report& report) {
  if (options.whole() || options.dry_run) {
    input.read_files(/*keep_text=*/true);
    return append_together(common, options, input, report, [&](const Batch& batch, std::size_t count, bool keep) {
      return answers_to(common, options, batch, count, keep);
    });
  }
  if (input.from == Report::From::shell) return append_one(common, std::move(server), options, input, report);
  return append_lines(common, options, input, report);
}

}  // namespace carnet

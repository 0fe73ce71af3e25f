// SPDX-License-Identifier: Apache-2.0
// POST /events: one event, lines that come and are answered one by one, or lines that are judged as a whole.
#include "cli/serve/append_events.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/condition.hpp"
#include "cli/receipt.hpp"
#include "cli/serve/append_stream.hpp"
#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"

namespace carnet::serve {
namespace {

constexpr std::size_t max_array_bytes = std::size_t{8} << 20;
// What is judged as a whole is held in memory as a whole.
constexpr std::size_t max_whole_bytes = std::size_t{64} << 20;

struct Asked {
  bool atomic = false, dry_run = false, receipts = true;
  std::vector<Condition> conditions;
};

Asked asked(const Parameters& parameters) {
  parameters.only({"atomic", "dry_run", "expect", "refusals_only"});
  Asked asked;
  asked.dry_run = parameters.flag("dry_run");
  asked.receipts = !parameters.flag("refusals_only");
  for (const std::string& text : parameters.all("expect")) asked.conditions.push_back(condition_from(text));
  asked.atomic = parameters.flag("atomic") || !asked.conditions.empty();
  return asked;
}

int status_of(const Answer& answer) {
  if (const auto* receipt = std::get_if<Receipt>(&answer)) return receipt->duplicate ? 200 : 201;
  switch (std::get<Rejection>(answer).code) {
    case Code::malformed:
      return 400;
    case Code::id_reused:
    case Code::version_conflict:
    case Code::already_exists:
    case Code::taken:
    case Code::bad_transition:
    case Code::time_reversed:
    case Code::in_flight:
      return 409;
    case Code::not_found:
      return 404;
    default:
      return 422;
  }
}

/// What a whole append gives: the lines of its answer, and whether it was done.
struct Whole {
  std::string lines;
  int status = 200;
  std::optional<Answer> last;
};

std::string line_of(std::uint64_t number, const Line& line, const Answer& answer) {
  std::string out = fmt::format(R"({{"line":{},)", number);
  if (const auto* receipt = std::get_if<Receipt>(&answer)) {
    append_receipt(out, line, *receipt);
  } else {
    append_rejection(out, std::get<Rejection>(answer));
  }
  return out += "}\n";
}

/// For a thread that may wait. As `carnet append --atomic` and `-n` do it.
Whole append_whole(Ledger& ledger, const RawLines& raw, const Asked& asked) {
  Batch batch = raw.parsed();
  Whole whole;
  const auto refused = std::ranges::find_if(batch.entries, [](const Entry& e) { return e.rejection.has_value(); });
  const auto sound = static_cast<std::size_t>(refused - batch.entries.begin());
  const bool all_sound = refused == batch.entries.end();
  const std::span lines = asked.atomic ? std::span{batch.lines}.first(sound) : std::span{batch.lines};
  const bool keep = asked.atomic && all_sound && !asked.dry_run;
  const std::vector<Answer> answers =
      keep ? ledger.append_all(lines, asked.conditions) : ledger.judge(lines, asked.atomic, asked.conditions);
  const bool failed = asked.atomic && !answers.empty() && std::holds_alternative<Rejection>(answers.back());
  std::size_t next = 0;
  std::uint64_t accepted = 0, duplicates = 0, refusals = 0;
  for (const Entry& entry : batch.entries) {
    if (!entry.rejection && next == answers.size()) break;
    const Line none;
    const Line& line = entry.rejection ? none : batch.lines[next];
    Answer answer = entry.rejection ? Answer{*entry.rejection} : answers[next++];
    const bool is_refused = std::holds_alternative<Rejection>(answer);
    if (asked.atomic && is_refused) {  // the one line that says why nothing was kept
      whole.lines = line_of(entry.number, line, answer);
      whole.status = 422;
      whole.last = std::move(answer);
      break;
    }
    ++(is_refused ? refusals : std::get<Receipt>(answer).duplicate ? duplicates : accepted);
    if (is_refused || asked.receipts) whole.lines += line_of(entry.number, line, answer);
    whole.last = std::move(answer);
    if (failed && next == answers.size()) break;
  }
  if (!asked.receipts && whole.status == 200) whole.lines += sum_line(accepted, duplicates, refusals);
  return whole;
}

Task<> one_event(Server& server, Session& session, const Asked& asked) {
  std::string text = co_await session.body(max_line_bytes);
  if (text.empty()) text = " ";
  if (asked.atomic || asked.dry_run) {
    RawLines raw;
    raw.add(1, text);
    Whole whole =
        co_await server.long_work().run(session.peer().name, [&] { return append_whole(server.ledger(), raw, asked); });
    const Response response{.status = status_of(*whole.last), .body = std::move(whole.lines)};
    co_await session.respond(response);
    co_return;
  }
  auto job = std::make_unique<Job>();
  job->text = std::move(text);
  job = co_await appended(server, std::move(job));
  if (job->failure) std::rethrow_exception(job->failure);
  const Response response{.status = status_of(*job->answer), .body = std::move(job->body)};
  co_await session.respond(response);
}

Task<> whole(Server& server, Session& session, RawLines raw, const Asked& asked) {
  Whole answer =
      co_await server.long_work().run(session.peer().name, [&] { return append_whole(server.ledger(), raw, asked); });
  const Response response{answer.status, std::string{ndjson_type}, std::move(answer.lines), {}};
  co_await session.respond(response);
}

Task<RawLines> all_lines(Session& session) {
  RawLines raw;
  LineCutter cutter;
  std::string piece;
  while (co_await session.more(piece)) {
    cutter.take(piece, raw);
    piece.clear();
    if (raw.bytes() > max_whole_bytes) {
      throw Problem(413,
                    fmt::format("more than {} MiB (what is judged as a whole is held in memory; append it in parts)",
                                max_whole_bytes >> 20));
    }
  }
  cutter.end(raw);
  co_return raw;
}

}  // namespace

Task<std::unique_ptr<Job>> appended(Server& server, std::unique_ptr<Job> job) {
  co_return co_await suspended<std::unique_ptr<Job>>([&](Resume<std::unique_ptr<Job>> resume) {
    job->answered = [resume = std::move(resume)](std::unique_ptr<Job> done) { resume(nullptr, std::move(done)); };
    if (!server.appender().add(job)) throw busy("too many appends are waiting; try again soon");
  });
}

Task<> post_events(Server& server, Session& session) {
  const Asked what = asked(session.request().parameters);
  const std::string type = session.request().media_type();
  if (type == "application/json" || type == "application/cloudevents+json") {
    co_await one_event(server, session, what);
  } else if (type == "application/cloudevents-batch+json") {
    const std::string body = co_await session.body(max_array_bytes);
    RawLines raw = lines_of_array(body);
    if (what.atomic || what.dry_run) {
      co_await whole(server, session, std::move(raw), what);
    } else {
      co_await answer_lines(server, session, std::move(raw), what.receipts);
    }
  } else if (type.empty() || type == ndjson_type || type == "text/plain" ||
             type == "application/x-www-form-urlencoded") {
    if (what.atomic || what.dry_run) {
      RawLines raw = co_await all_lines(session);
      co_await whole(server, session, std::move(raw), what);
    } else {
      co_await append_stream(server, session, what.receipts);
    }
  } else {
    throw Problem(415, fmt::format("Content-Type {}: {} or {} would do", type, ndjson_type, json_type));
  }
}

}  // namespace carnet::serve

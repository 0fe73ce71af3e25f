// SPDX-License-Identifier: Apache-2.0
// carnet replay: records, as the event lines that they came from.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/selection.hpp"
#include "cli/served_records.hpp"
#include "cli/tables.hpp"
#include "events/line.hpp"
#include "events/reader.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto stop_latency = 100ms;  // an interrupt that another thread took is noticed then

struct Options {
  std::string from, to, type, speed;
  bool follow = false, cloud_events = false;
};

double speed(const std::string& given) {
  double factor = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), factor);
  const std::string_view rest{end, given.data() + given.size()};
  if (error == std::errc{} && (rest.empty() || rest == "x") && factor > 0 && factor < 1e12) return factor;
  throw Usage(fmt::format("replay: --speed {}: not a factor (such as 60x: a minute of flight in a second)", given));
}

/// Lets records go at the pace at which they happened, many times faster.
class Pace {
 public:
  explicit Pace(double factor) : factor_(factor) {}

  /// How long it is until an event of that time.
  Clock::duration until(Time time) {
    if (!first_) {
      first_ = time;
      start_ = Clock::now();
    }
    const std::chrono::duration<double, std::micro> after = (time - *first_) / factor_;
    return start_ + std::chrono::duration_cast<Clock::duration>(after) - Clock::now();
  }

 private:
  double factor_;
  std::optional<Time> first_;
  Clock::time_point start_;
};

/// Sleeps unless an interrupt comes.
void wait(Clock::duration time) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  for (auto left = ms; left > 0 && !interrupt_came; left -= 3'600'000) {
    wait_readable(-1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
  }
}

std::string target_of(const Options& options) {
  std::string target = "/events";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) add_parameter(target, name, value);
  };
  add("from", options.from);
  add("to", options.to);
  add("type", options.type);
  add("follow", options.follow ? "true" : "");
  add("cloudevents", options.cloud_events ? "true" : "");
  return target;
}

Exit replay_served(const Home& home, std::unique_ptr<Client> server, const Options& options) {
  Output out;
  const InterruptLatch latch;
  try {
    const Client::Answer answer =
        read_records(home, std::move(server), target_of(options), [&](std::string_view lines) {
          out.write(lines);
          out.flush();
          return true;
        });
    if (!answer.done()) refuse(answer);
  } catch (const Interrupted&) {
    return Exit::interrupted;
  }
  return Exit::done;
}

Exit replay(const Common& common, const Options& options) {
  if (common.format.value_or(Format::ndjson) != Format::ndjson)
    throw Usage("replay: prints NDJSON, as append takes it");
  const Selection selection(options.from, options.to, options.type, "replay: --");
  std::optional<Pace> pace;
  if (!options.speed.empty()) pace.emplace(speed(options.speed));
  // At the pace of the events a server would be left waiting for longer than it puts up with.
  const Home home = home_from(common.home);
  if (!pace) {
    if (auto server = Client::to(home)) return replay_served(home, std::move(server), options);
  }
  Reader reader = open_ledger(common);
  Output out;
  const InterruptLatch latch;
  Position next = selection.first();
  for (;;) {
    const Position last = std::min(selection.last(), reader.head().position);
    const auto print = [&](const Record& record) {
      next = record.position + 1;
      if (!selection.has(record)) return !interrupt_came;
      if (pace) {
        if (const auto early = pace->until(record.time); early > 0ms) {
          out.flush();
          wait(early);
        }
      }
      if (interrupt_came) return false;
      out.write(options.cloud_events ? to_cloud_event(record, reader.head().uuid) : to_line(record));
      out.write("\n");
      return true;
    };
    if (next <= last) reader.scan(next, last, print);
    out.flush();
    if (interrupt_came) return Exit::interrupted;
    if (!options.follow || next > selection.last()) return Exit::done;
    if (next <= reader.head().position) continue;
    while (!interrupt_came && !reader.wait(stop_latency)) {
    }
    reader.refresh();
  }
}

}  // namespace

Command replay_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("replay", "Print records in order, as the NDJSON that append takes");
  command->add_option("--from", options->from, "From this position, or from events of this time on")
      ->type_name("P|TIME");
  command->add_option("--to", options->to, "Up to this position, or to events of this time")->type_name("P|TIME");
  command->add_option("--type", options->type, "Only events whose type matches, such as 'vol.*'")
      ->type_name("GLOB,...");
  command->add_option("--speed", options->speed, "As fast as it happened, or so many times faster: 60x")
      ->type_name("FACTOR");
  command->add_flag("--follow", options->follow, "Then go on with what is appended, until interrupted");
  command->add_flag("--cloudevents", options->cloud_events, "As CloudEvents 1.0");
  command->footer(R"(Appended to an empty ledger, what this prints gives an equal one:
  carnet replay | carnet append --home copy)");
  return {command, [&common, options] { return replay(common, *options); }};
}

}  // namespace carnet

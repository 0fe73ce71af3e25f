// SPDX-License-Identifier: Apache-2.0
// Lines that stand alone, into our own ledger: parsed on one thread, judged on this one, reported on a third.
#include <future>

#include "cli/append.hpp"
#include "cli/channel.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"

namespace carnet {
namespace {

/// What was judged, waiting to be durable.
struct Judged {
  Batch batch;
  Ledger::Pending answers;
};

}  // namespace

// While some commits sync and are reported on a thread of their own, the next one is judged here.
Exit append_each(Ledger& ledger, AppendInput& input, Report& report) {
  constexpr std::size_t under_way = 8;
  ProgressBar bar(input.title(), input.size());
  Channel<Judged> channel(under_way);
  auto answering = std::async(std::launch::async, [&] {
    try {
      while (auto judged = channel.pop()) {
        report.add(judged->batch, judged->answers.wait());
        bar.show(input.bytes_read(), report.answered(), "lines");
      }
    } catch (...) {
      channel.close();
      input.stop();
      throw;
    }
  });
  try {
    while (!interrupt_came) {
      Batch batch = input.next();
      if (batch.entries.empty()) break;
      auto answers = ledger.submit(batch.lines);
      if (!channel.push({std::move(batch), std::move(answers)})) break;
    }
  } catch (...) {
    channel.close();
    answering.get();  // what stopped the answers is why nothing more is taken
    throw;
  }
  channel.close();
  answering.get();
  return report.exit();
}

}  // namespace carnet

// SPDX-License-Identifier: Apache-2.0
// The ledger that tests tell things to.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "events/ledger.hpp"
#include "tests/random_history.hpp"
#include "tests/scratch.hpp"

namespace carnet {

/// Little memory, no waiting for another owner.
inline Ledger::Options quick() {
  Ledger::Options options;
  options.memory_bytes = 8 << 20;
  options.wait = std::chrono::milliseconds{0};
  options.free_bytes_floor = 0;
  return options;
}

/// One in a directory of its own.
class ALedger : public ::testing::Test {
 protected:
  std::string tell(std::string_view text) { return appended(*ledger, text); }
  static std::vector<std::string> told(const std::vector<Answer>& answers) {
    std::vector<std::string> out;
    for (const Answer& answer : answers) out.push_back(shown(answer));
    return out;
  }
  void reopen() {
    ledger.reset();
    ledger = std::make_unique<Ledger>(path, quick());
  }

  Scratch scratch;
  std::filesystem::path path = scratch / "ledger";
  std::unique_ptr<Ledger> ledger = std::make_unique<Ledger>(path, quick());
};

}  // namespace carnet

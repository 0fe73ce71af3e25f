// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/readers.hpp"

namespace carnet::serve {

Readers::Lease Readers::lend() {
  std::unique_ptr<Reader> reader;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      reader = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!reader) {
    reader = std::make_unique<Reader>(directory_);
  } else if (reader->head().position < ledger_.head().position) {
    try {
      reader->refresh();
    } catch (const Damage&) {  // what it had open may have gone: a new one sees what is there
      reader = std::make_unique<Reader>(directory_);
    }
  }
  return {*this, std::move(reader)};
}

void Readers::take_back(std::unique_ptr<Reader> reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace carnet::serve

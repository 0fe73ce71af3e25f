// SPDX-License-Identifier: Apache-2.0
// Readers of the ledger, lent to one thread at a time: opening one takes milliseconds, refreshing one much less.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "events/ledger.hpp"

namespace carnet::serve {

class Readers {
 public:
  Readers(const Ledger& ledger, std::filesystem::path directory) : ledger_(ledger), directory_(std::move(directory)) {}

  /// A reader that sees everything that is durable now. From any thread.
  class Lease {
   public:
    Lease(Readers& from, std::unique_ptr<Reader> reader) : from_(from), reader_(std::move(reader)) {}
    ~Lease() { from_.take_back(std::move(reader_)); }
    Lease(const Lease&) = delete;
    Reader& operator*() { return *reader_; }
    Reader* operator->() { return reader_.get(); }

   private:
    Readers& from_;
    std::unique_ptr<Reader> reader_;
  };
  Lease lend();

 private:
  void take_back(std::unique_ptr<Reader>);

  const Ledger& ledger_;
  std::filesystem::path directory_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace carnet::serve

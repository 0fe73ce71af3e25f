// SPDX-License-Identifier: Apache-2.0
#include "events/stored_keys.hpp"

#include "events/state_keys.hpp"
#include "events/store.hpp"

namespace carnet {
namespace {

constexpr std::size_t worth_reading = 100'000;  // lines

}  // namespace

StoredKeys::StoredKeys(rocksdb::DB& db, std::filesystem::path directory, std::size_t memory_bytes, bool nothing_stored)
    : db_(db), directory_(std::move(directory)), memory_bytes_(memory_bytes), complete_(nothing_stored) {
  if (complete_) filter_ = std::make_unique<Filter>(memory_bytes_);
}

StoredKeys::~StoredKeys() {
  closing_ = true;
  if (reading_.valid()) reading_.wait();
}

bool StoredKeys::begins(std::size_t lines) {
  if (complete_) return false;
  if (filter_) {
    if (reading_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    filter_->add(*reading_.get());
    complete_ = true;
    return false;
  }
  lines_ += lines;
  if (lines_ < worth_reading) return false;
  filter_ = std::make_unique<Filter>(memory_bytes_);
  reading_ = std::async(std::launch::async, &StoredKeys::read, this);
  return true;
}

std::unique_ptr<Filter> StoredKeys::read() const {
  auto filter = std::make_unique<Filter>(memory_bytes_);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options));
  for (it->Seek("c"); it->Valid() && !closing_; it->Next()) filter->add(hash_of_key(it->key().ToStringView()));
  store::check(it->status(), directory_.string());
  return filter;
}

}  // namespace carnet

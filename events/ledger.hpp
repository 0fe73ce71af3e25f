// SPDX-License-Identifier: Apache-2.0
// The append-only log of everything that happened, in a directory that one process at a time may write to.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "events/line.hpp"
#include "events/reader.hpp"

namespace carnet {

/// Another process owns the ledger. Exit status 75.
struct Locked : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where an accepted event is.
struct Receipt {
  Position position = 0;
  Version version = 0;
  bool duplicate = false;  ///< The id was known: this is its first receipt.
  /// Ids that the ledger gave: the registered entity's own, or a vol.created's nested ones. 0: none.
  std::int32_t id = 0, avion_id = 0, pilote_id = 0;
  bool operator==(const Receipt&) const = default;
};

using Answer = std::variant<Receipt, Rejection>;

/// What an append may demand of any stream, written or not.
struct Condition {
  Stream stream;
  Expect expect;
};

/// The owner of a ledger. Every method may be called from any thread.
///
/// Lines are judged by the thread that brings them, one request behind the other, into the commit that is open. While
/// one commit syncs the next one gathers, so that however many callers there are share a sync.
///
/// An append is durable when it returns; a commit is there whole or not at all, whatever dies. Any failed write leaves
/// its outcome unknown: the ledger then refuses further ones until it is opened again (std::system_error, EIO), and
/// what was acknowledged stays readable.
class Ledger {
 public:
  struct Options {
    std::size_t memory_bytes = std::size_t{128} << 20;  ///< For entity states and caches, about.
                                                        ///< The lines of a large request come on top.
    std::chrono::milliseconds wait{10'000};             ///< For another owner to go.
    std::uint64_t free_bytes_floor = 64u << 20;         ///< Less free space than this refuses appends (ENOSPC).
  };

  /// Opens the ledger in the directory, or makes one; repairs a torn tail. Throws Locked, Damage, std::system_error.
  explicit Ledger(const std::filesystem::path& directory, Options options);
  /// A clean stop: the next opening does not refold anything.
  ~Ledger();
  Ledger(const Ledger&) = delete;

  class Pending;

  /// Judges the lines in order, records those that are accepted, in one commit. One answer a line. Lines stand alone.
  std::vector<Answer> append(std::span<const Line> lines);
  /// All lines or none. At the first rejection nothing is recorded and the answers end with it. A condition that does
  /// not hold is a version_conflict of the first line that was not recorded before.
  std::vector<Answer> append_all(std::span<const Line> lines, std::span<const Condition> conditions = {});
  /// As append, but returns when the lines are judged: the next ones can be judged while these become durable.
  Pending submit(std::span<const Line> lines);
  /// The answers that append (or append_all) would give; changes nothing.
  std::vector<Answer> judge(std::span<const Line> lines, bool all = false, std::span<const Condition> conditions = {});

  Head head() const;

 private:
  struct Commit;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Lines that were judged and are not known to be durable yet: who waits first writes the commit for all. Must go
/// before the ledger; what nobody waits for becomes durable all the same.
class Ledger::Pending {
 public:
  Pending(Pending&&) noexcept = default;
  Pending& operator=(Pending&&) = delete;
  ~Pending();

  /// The answers, once what they tell is durable. To be called once. Throws what writing threw.
  std::vector<Answer> wait();

 private:
  friend Impl;
  Pending(Impl& ledger, std::vector<Answer> answers, std::shared_ptr<Commit> commit)
      : ledger_(ledger), answers_(std::move(answers)), commit_(std::move(commit)) {}
  void wait_for_commit();

  Impl& ledger_;
  std::vector<Answer> answers_;
  std::shared_ptr<Commit> commit_;  // null: there is nothing to wait for
};

}  // namespace carnet

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

/// The owner of a ledger. Every method may be called from any thread.
///
/// An append is durable when it returns; a commit is there whole or not at all, whatever dies. Any failed write leaves
/// its outcome unknown: the ledger then refuses further ones until it is opened again (std::system_error, EIO), and
/// what was acknowledged stays readable.
class Ledger {
 public:
  struct Options {
    std::size_t memory_bytes = std::size_t{128} << 20;  ///< For entity states and block cache together.
    std::chrono::milliseconds wait{10'000};             ///< For another owner to go.
    std::uint64_t free_bytes_floor = 64u << 20;         ///< Less free space than this refuses appends (ENOSPC).
  };

  /// Opens the ledger in the directory, or makes one; repairs a torn tail. Throws Locked, Damage, std::system_error.
  explicit Ledger(const std::filesystem::path& directory, Options options);
  /// A clean stop: the next opening does not refold anything.
  ~Ledger();
  Ledger(const Ledger&) = delete;

  /// Judges the lines in order, records those that are accepted, in one commit. One answer a line. Lines stand alone.
  std::vector<Answer> append(std::span<const Line> lines);
  /// All lines or none. At the first rejection nothing is recorded and the answers end with it.
  std::vector<Answer> append_all(std::span<const Line> lines);
  /// The answers that append (or append_all) would give; changes nothing.
  std::vector<Answer> judge(std::span<const Line> lines, bool all = false);

  Head head() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carnet

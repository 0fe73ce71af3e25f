// SPDX-License-Identifier: Apache-2.0
// A ledger, the model that it is held against, and an empty database to project it into.
#pragma once

#include <map>
#include <optional>
#include <random>

#include "events/ledger.hpp"
#include "projector/projection.hpp"
#include "projector/row.hpp"
#include "tests/model.hpp"
#include "tests/random_history.hpp"
#include "tests/scratch.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {

class Stage {
 public:
  explicit Stage(std::uint64_t seed = 1);

  void append(const std::string& line);  ///< Must be accepted.
  void append_random(int lines);         ///< Some are refused, as the history goes.
  void append_to_be(Position at_least);  ///< Random lines until the ledger is there.

  Connection connect() const { return Connection(uri); }
  Position position() const { return ledger->head().position; }

  std::map<Stream, Entity> expected();  ///< What the tables should hold.

  Scratch directory;
  std::unique_ptr<Ledger> ledger;
  std::string uri;

 private:
  Model model_;
  RandomHistory history_;
};

/// What the tables do hold.
std::map<Stream, Entity> stored(Connection& connection, const std::string& schema = "carnet");

/// The names of carnet's own schemas, sorted.
std::vector<std::string> schemas(Connection& connection);

}  // namespace carnet

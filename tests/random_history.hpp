// SPDX-License-Identifier: Apache-2.0
// Event lines of a history that nobody planned: most of them possible, many of them wrong in every way that a source
// gets things wrong.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace carnet {

/// The same seed gives the same lines, on every platform. Times are in 2013, so that a line without one comes later.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : random_(seed) {}

  std::string line();

 private:
  using Members = std::vector<std::pair<std::string, std::string>>;  ///< Name and JSON text.

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

  std::string event(Members&);  ///< Fills the members, gives the type.
  std::string entity_event(Members&);
  std::string vol_event(Members&);
  std::string reservation_event(Members&);

  void id_for_new(Members&, const std::string& member, std::uint64_t& given);
  std::string id_of(std::uint64_t given);
  void crew(Members&);
  std::string numero();
  std::string siege();
  std::string licence();
  std::string time();

  std::mt19937_64 random_;
  std::uint64_t avions_ = 0, pilotes_ = 0, passagers_ = 0, vols_ = 0, ids_ = 0;
  std::int64_t clock_s_ = 1'357'000'000;
  std::vector<std::string> sent_;  ///< A few earlier lines, to be sent again.
};

}  // namespace carnet

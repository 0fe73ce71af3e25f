// SPDX-License-Identifier: Apache-2.0
// Tables and questions that nobody planned: few values, so that ties, nulls and matches are many.
#pragma once

#include <map>
#include <random>
#include <string>

#include "query/question.hpp"
#include "tests/query/naive.hpp"

namespace carnet {

class RandomQuestion {
 public:
  explicit RandomQuestion(std::uint64_t seed) : random_(seed) {}

  NaiveTables tables(std::size_t vols);
  void learn(
      const NaiveTables&);  ///< From then on, most literals are values of the column that they are compared with.
  Question question();
  std::string condition(Kind from, int depth);  ///< As text.
  std::string garbage();                        ///< Words of the language, in any order.

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class Choices>
  auto& one_of(const Choices& choices) {
    return choices[below(std::size(choices))];
  }
  std::string predicate(Kind from);
  std::string path(Kind from, Type type, bool many = true);
  std::string relation_path(Kind from, std::size_t steps, bool many = true);
  std::string literal(Type type, std::string_view column);
  std::string time();

  std::mt19937_64 random_;
  std::map<std::string, std::vector<Value>, std::less<>> learnt_;  ///< By the column's name.
};

}  // namespace carnet

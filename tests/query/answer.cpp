// SPDX-License-Identifier: Apache-2.0
#include "tests/query/answer.hpp"

#include <algorithm>
#include <cstdlib>

#include "tests/query/naive.hpp"

namespace carnet {

int rounds(int by_default) {
  const char* wanted = std::getenv("CARNET_ROUNDS");
  return wanted ? std::atoi(wanted) : by_default;
}

std::string nested(const TupleShape& shape, const Tuple& row) {
  std::string out = "{";
  for (std::size_t i = 0; i < shape.fields.size(); ++i) out += shown(row.values[shape.first + i]) + " ";
  for (const TupleShape& r : shape.relations) {
    out += r.name + (r.many ? "[" : "(");
    if (r.many) {
      for (const Tuple& related : row.many[r.slot]) out += nested(r, related);
    } else if (!is_null(row.values[r.first])) {
      out += nested(r, row);
    }
    out += r.many ? "]" : ")";
  }
  return out + "}";
}

std::vector<std::string> answer(Session& session, const Question& question) {
  const Plan plan = compile(question);
  std::vector<std::string> out;
  session.each(plan, [&](const Tuple& row) { out.push_back(nested(plan.shape, row)); });
  if (!ordered(question)) std::ranges::sort(out);
  return out;
}

}  // namespace carnet

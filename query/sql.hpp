// SPDX-License-Identifier: Apache-2.0
// Writes the parts of a statement: the joins that paths need, each once, and conditions. Names come from the schema,
// everything else becomes an argument.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "query/plan.hpp"

namespace carnet {

/// What all parts of one statement share.
struct Draft {
  std::string schema;  ///< Quoted.
  std::vector<Argument> arguments;
  std::map<Value, std::string> added;  ///< Equal literals are one argument: an expression keeps its text.
  std::size_t joins = 0;

  std::string table(Kind) const;  ///< carnet.vols
  std::string add(Argument);      ///< $n
  std::string add(const Value&);  ///< $n
};

/// The tables of one FROM clause under their aliases: that of the statement, or of an EXISTS within it.
class Scope {
 public:
  Scope(Draft& draft, Kind root);  ///< FROM the root's table.

  /// To-many paths are joined, a row for each related one, instead of asked for by EXISTS: for groups.
  void fan_out() { fans_out_ = true; }

  /// Rows of a subquery instead of the root's table, under the same alias; `aggregates` stand for those that it holds
  /// in part, by their text.
  void stand_on(const std::string& subquery, std::map<std::string, std::string> aggregates);

  std::string column(const Path&);  ///< "avion.modele", joined as needed.
  std::string alias(const Path& path, std::size_t steps);
  std::string value(const Expr&);  ///< Of an operand.
  std::string condition(const Expr&, bool aggregated = false);
  std::string key() const;  ///< The root's primary key, comma separated.
  const std::string& root() const { return root_; }
  const std::string& from() const { return from_; }

 private:
  Scope(Draft& draft, Scope& outer) : draft_(draft), outer_(&outer) {}
  std::string predicate(const Expr&);
  std::string exists(const Expr&);
  std::string aggregate(const Expr&);
  void join(const Relation&, const std::string& base, const std::string& name, bool correlated);

  Draft& draft_;
  Scope* outer_ = nullptr;
  Kind kind_ = Kind::vol;
  bool fans_out_ = false;
  std::string root_, from_;
  std::string links_;                                        ///< Of an EXISTS: what ties it to the scope around it.
  std::map<std::string, std::string> aggregates_;            ///< By their text, where parts of them are there already.
  std::map<std::string, std::string, std::less<>> aliases_;  ///< By dotted path.
  std::set<std::string> optional_;                           ///< Aliases that may stand for no row.
};

/// Whether the column may be null where the path leads from a row: by itself or for want of a related row.
bool nullable(const Expr&);

/// `avion.id` is `avion_id`, by the foreign key: no join. So is `avion`, where it is asked whether there is one.
Path shortened(Path);

/// The column of `reservations` that names the entity, where two entities meet there.
std::string_view meeting_column(Kind);

}  // namespace carnet

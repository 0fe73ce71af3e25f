// SPDX-License-Identifier: Apache-2.0
// carnet query: its options on the command line. What they mean is in query.cpp.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/query.hpp"
#include "cli/tables.hpp"

namespace carnet {
namespace {

Exit run(const Common& common, const QueryOptions& options) {
  const Question question = question_of(options);
  Plan plan = plan_of(question);
  std::optional<HistoryPlace> place;
  if (options.as_of) place = history_place("query: --as-of", *options.as_of);
  const InterruptLatch latch;
  if (place) plan = plan_of(question, tables_as_of(common, *place));
  Connection connection = open_tables(common, {options.stale || place, options.at_least});
  ask(plan, options, connection);
  return Exit::done;
}

}  // namespace

Command query_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<QueryOptions>();
  CLI::App* command = app.add_subcommand("query", "Ask the tables: join, filter, sort, group");
  const auto list = [&](const char* name, std::vector<std::string>& values, const char* meaning, const char* type) {
    command->add_option(name, values, meaning)->allow_extra_args(false)->type_name(type);
  };
  command->add_option("ENTITY", options->entity, "avions, pilotes, vols, passagers or reservations")->required();
  command
      ->add_option("--where", options->where,
                   "Only rows for which this holds: SQL's conditions over dotted paths, such as \"statut = 'prévu' and "
                   "avion.modele in ('A320','A321')\"")
      ->type_name("EXPR");
  list("--with", options->with, "Load these relations, nested in each row: avion, passagers, avion.vols", "REL,...");
  list("--sort", options->sort, "By these; - before one: descending. Nulls come last", "[-]PATH,...");
  command->add_option("--limit", options->limit, "At most so many rows")->check(whole_number)->type_name("N");
  command->add_option("--offset", options->offset, "After leaving out so many")->check(whole_number)->type_name("N");
  command
      ->add_option("--after", options->after,
                   "With --limit: the page behind this row, as the page before names it; empty for the first page")
      ->type_name("CURSOR");
  list("--group-by", options->group_by, "One row for all rows that are equal in these", "PATH,...");
  command->add_flag("--count", options->count, "How many rows there are, in each group or in all");
  list("--count-distinct", options->count_distinct, "How many different values, nulls left out", "PATH,...");
  list("--sum", options->sum, "The sum of these over the rows, nulls left out", "PATH,...");
  list("--avg", options->avg, "Their average", "PATH,...");
  list("--min", options->min, "The least of them", "PATH,...");
  list("--max", options->max, "The greatest of them", "PATH,...");
  command->add_option("--having", options->having, "Only groups for which this holds, such as \"count > 100\"")
      ->type_name("EXPR");
  command->add_flag("--echo", options->echo, "Show each statement, its parameters and its time on standard error");
  command->add_flag("--explain", options->explain,
                    "Show PostgreSQL's plan of each statement, measured, instead of the answer");
  auto* from_stale = command->add_flag("--stale", options->stale,
                                       "From the tables as they are, without catching up with the ledger first");
  command
      ->add_option("--as-of", options->as_of,
                   "From the tables as they were: up to a position, or before anything happened later than a time")
      ->type_name("P|TIME")
      ->excludes(from_stale);
  command
      ->add_option("--at-least", options->at_least,
                   "From tables that have this position, such as a receipt's: waits for it, for ten seconds")
      ->check(whole_number)
      ->type_name("P")
      ->excludes(from_stale);
  command->footer(R"(Paths follow the relations:
  vol          avion, pilote, reservations, passagers, precedent and suivant (its avion's flight before and after)
  avion        vols
  pilote       vols
  passager     reservations, vols
  reservation  vol, passager

carnet query vols --where "avion.modele = 'A320-232'" --with avion --sort -heure_decollage --limit 10
carnet query vols --group-by avion.modele --count --sort -count)");
  return {command, [&common, options] {
            options->format = common.format.value_or(Format::table);
            return run(common, *options);
          }};
}

}  // namespace carnet

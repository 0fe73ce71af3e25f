// SPDX-License-Identifier: Apache-2.0
// GET /vols and the other entities: the query language as parameters. GET /tables: where the tables are, up to date.
#include <fmt/format.h>

#include <charconv>

#include "cli/message.hpp"
#include "cli/query.hpp"
#include "cli/serve/pour.hpp"
#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"
#include "events/json.hpp"
#include "query/names.hpp"
#include "query/page.hpp"

namespace carnet::serve {
namespace {

constexpr std::uint64_t most_rows_of_a_page = 10'000;  // it is held in memory, for its cursor stands before it

QueryOptions options_of(const Request& request) {
  const Parameters& p = request.parameters;
  p.only({"where", "with", "sort", "limit", "offset", "after", "group_by", "count", "count_distinct", "sum", "avg",
          "min", "max", "having", "as_of", "at_least", "stale"});
  QueryOptions options;
  options.entity = request.segments[0];
  options.where = p.text("where");
  options.having = p.text("having");
  options.with = p.all("with");
  options.sort = p.all("sort");
  options.group_by = p.all("group_by");
  options.limit = p.number("limit");
  options.offset = p.number("offset").value_or(0);
  options.after = p.text("after");
  options.count = p.flag("count");
  options.count_distinct = p.all("count_distinct");
  options.sum = p.all("sum");
  options.avg = p.all("avg");
  options.min = p.all("min");
  options.max = p.all("max");
  options.stale = p.flag("stale");
  options.as_of = p.text("as_of");
  if (options.as_of && (options.stale || p.number("at_least"))) {
    throw Problem(400, "as_of goes with neither stale nor at_least");
  }
  options.format = request.accepts(ndjson_type)  ? Format::ndjson
                   : request.accepts("text/csv") ? Format::csv
                                                 : Format::json;
  return options;
}

std::string_view type_of(Format format) {
  return format == Format::ndjson ? ndjson_type : format == Format::csv ? "text/csv; charset=utf-8" : json_type;
}

/// The tables as the question wants them. Gives the position that the answer is true of.
Task<std::optional<Position>> ready(Server& server, const QueryOptions& options, const Parameters& parameters) {
  if (options.as_of) co_return std::nullopt;
  if (!options.stale) {
    const Position head = server.ledger().head().position;
    co_await server.tables().reach(parameters.number("at_least").value_or(head));
  }
  co_return server.tables().position();
}

/// Asks it of the tables, now or as they were.
class Asking {
 public:
  Asking(Server& server, const QueryOptions& options)
      : server_(server), question_(question_of(options)), after_(options.after.has_value()), limit_(options.limit) {
    plan_of(question_);  // says now what is wrong with it
    if (options.as_of) place_ = history_place("as_of", *options.as_of);
  }

  /// On a worker. Calls `visit` with each row and the plan's shape.
  void each(const std::function<void(const Plan&)>& begin, const std::function<void(const Tuple&)>& visit) {
    const auto began = std::chrono::steady_clock::now();
    const Plan plan = place_ ? plan_of(question_, server_.tables().schema_as_of(*place_)) : plan_of(question_);
    begin(plan);
    Tables::Lease connection = server_.tables().lend();
    Session asking{*connection};
    std::uint64_t rows = 0;
    asking.each(plan, [&](const Tuple& row) {
      visit(row);
      if (after_ && ++rows == limit_) next_ = cursor(plan, row);
    });
    server_.metrics().question_seconds.observe(std::chrono::steady_clock::now() - began);
  }

  /// The rows, printed.
  void print(Format format, Output& out) {
    std::unique_ptr<Printer> rows;
    std::optional<TupleShape> shape;
    each(
        [&](const Plan& plan) {
          shape = plan.shape;
          rows = printer(format, *shape, out, Screen{});
        },
        [&](const Tuple& row) { rows->row(row); });
    rows->end();
  }

  const std::string& next() const { return next_; }

 private:
  using Session = carnet::Session;

  Server& server_;
  Question question_;
  std::optional<HistoryPlace> place_;
  bool after_;
  std::optional<std::uint64_t> limit_;
  std::string next_;
};

void add_position(Response& response, const std::optional<Position>& position) {
  if (position) response.fields.emplace_back("Carnet-Position", std::to_string(*position));
}

/// A page is made whole first: the cursor of the next one goes before it.
Task<> page(Server& server, Session& session, const QueryOptions& options, Response response) {
  if (options.limit.value_or(most_rows_of_a_page + 1) > most_rows_of_a_page) {
    throw Problem(400, fmt::format("after: goes with a limit of {} at most", most_rows_of_a_page));
  }
  Asking asking(server, options);
  co_await server.asking().run(session.peer().name, [&] {
    Output out([&](std::string_view text) { response.body += text; });
    asking.print(options.format, out);
    return true;
  });
  if (!asking.next().empty()) {
    std::string encoded;
    for (const unsigned char c : asking.next()) {
      if (c > ' ' && c < 0x7f && c != '%') {
        encoded += static_cast<char>(c);
      } else {
        encoded += fmt::format("%{:02X}", c);
      }
    }
    response.fields.emplace_back("Carnet-Next", encoded);
  }
  co_await session.respond(response);
}

Task<> rows(Server& server, Session& session) {
  const QueryOptions options = options_of(session.request());
  const auto asking = std::make_shared<Asking>(server, options);
  const std::optional<Position> position = co_await ready(server, options, session.request().parameters);
  Response head{200, std::string{type_of(options.format)}, {}, {}};
  add_position(head, position);
  if (options.after) {
    co_await page(server, session, options, head);
    co_return;
  }
  const std::function<void(Flow&)> print = [asking, format = options.format](Flow& flow) {
    Output out([&](std::string_view text) { flow.put(text); });
    asking->print(format, out);
  };
  const bool any = co_await pour(server.asking(), session, server.io(), head, print);
  if (any) {
    co_await session.finish();
  } else if (!session.is_closed()) {
    co_await session.respond(head);
  }
}

std::int32_t id_in(const std::string& text) {
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc{} && end == text.data() + text.size() && id > 0) return id;
  throw Problem(404, fmt::format("{}: no such id", printable(text)));
}

std::string numero_equals(const std::string& numero) {
  std::string out = "numero = '";
  for (const char c : numero) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string key_condition(Kind kind, const std::vector<std::string>& segments) {
  const bool pair = kind == Kind::reservation;
  if (segments.size() != (pair ? 3 : 2)) throw Problem(404, "no such row: its key has another form");
  if (pair) return fmt::format("{} and passager_id = {}", numero_equals(segments[1]), id_in(segments[2]));
  return kind == Kind::vol ? numero_equals(segments[1]) : fmt::format("id = {}", id_in(segments[1]));
}

}  // namespace

Task<> get_rows(Server& server, Session& session) {
  co_await rows(server, session);
}

Task<> get_row(Server& server, Session& session) {
  const Request& request = session.request();
  request.parameters.only({"with", "as_of", "at_least", "stale"});
  QueryOptions options = options_of(request);
  const Kind kind = entity(options.entity);
  options.where = key_condition(kind, request.segments);
  Asking asking(server, options);
  const std::optional<Position> position = co_await ready(server, options, request.parameters);
  Response response;
  add_position(response, position);
  co_await server.asking().run(session.peer().name, [&] {
    std::optional<TupleShape> shape;
    asking.each([&](const Plan& plan) { shape = plan.shape; },
                [&](const Tuple& row) { append_json(response.body, *shape, row); });
    return true;
  });
  if (response.body.empty()) {
    throw Problem(404, fmt::format("there is no {} {}", text(kind), printable(request.segments[1])));
  }
  response.body += '\n';
  co_await session.respond(response);
}

Task<> get_tables(Server& server, Session& session) {
  const Parameters& parameters = session.request().parameters;
  parameters.only({"at_least"});
  const Position head = server.ledger().head().position;
  co_await server.tables().reach(parameters.number("at_least").value_or(head));
  Response response;
  response.body = R"({"uri":)";
  json::append_quoted(response.body, server.tables().uri());
  response.body += fmt::format(R"(,"position":{}}})", *server.tables().position()) + "\n";
  co_await session.respond(response);
}

}  // namespace carnet::serve

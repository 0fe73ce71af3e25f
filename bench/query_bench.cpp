// SPDX-License-Identifier: Apache-2.0
// Questions over a million vols through the library and the command, against the same rows through libpq's prepared
// statements, the SQL that an expert would write, and psql. `query_bench [rows|groups|stream|processes]...`: those
// only.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>

#include "bench/measure.hpp"
#include "projector/cluster.hpp"
#include "projector/ddl.hpp"
#include "query/from.hpp"
#include "query/page.hpp"

namespace carnet::bench {
namespace {

using namespace paths;
constexpr int vols = 1'000'000, avions = 4'000, models = 128;

std::string filled(Cluster& cluster) {
  std::string uri = cluster.start();
  Connection c{uri};
  c.exec("DROP SCHEMA IF EXISTS carnet CASCADE; CREATE SCHEMA carnet; " + create_tables("carnet"));
  c.exec(
      fmt::format("INSERT INTO carnet.avions SELECT i, 'model ' || i % {}, 'N' || i, 800 + i % 100, i "
                  "FROM generate_series(1, {}) i",
                  models, avions));
  c.exec("INSERT INTO carnet.pilotes SELECT i, 'pilote ' || i, 'L' || i, i FROM generate_series(1, 300) i");
  c.exec(fmt::format(
      "INSERT INTO carnet.vols SELECT 'V' || i, 'ville ' || i % 100, 'atterri', t, t, t + interval '2 hours', "
      "1 + i % {}, 1 + i % 300, i FROM (SELECT i, CASE WHEN i % 50 > 0 THEN timestamptz '2013-01-01Z' + i * "
      "interval '30 seconds' END AS t FROM generate_series(1, {}) i) x",
      avions, vols));
  for (const std::string& statement : indexes("carnet")) c.exec(statement);
  for (const std::string& statement : constraints("carnet")) c.exec(statement);
  for (const std::string& statement : foreign_keys("carnet")) c.exec(statement);
  c.exec("VACUUM ANALYZE");
  return uri;
}

/// The baseline: statements prepared once, results as text, every value looked at. On the same session as the library:
/// which core the kernel gives to a session's process makes more of a difference than all that is measured here.
class Libpq {
 public:
  explicit Libpq(Connection& connection) : connection_(connection.raw()) {}

  std::size_t run(const std::string& sql, const std::vector<std::string>& arguments) {
    std::string& name = names_[sql];
    if (name.empty()) {
      name = fmt::format("s{}", names_.size());
      PQclear(PQprepare(connection_, name.c_str(), sql.c_str(), 0, nullptr));
    }
    std::vector<const char*> values;
    for (const std::string& a : arguments) values.push_back(a.c_str());
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{
        PQexecPrepared(connection_, name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0),
        PQclear};
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(connection_));
    std::size_t bytes = 0;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        bytes += static_cast<std::size_t>(PQgetlength(result.get(), row, column));
        if (PQgetvalue(result.get(), row, column)[0] == '\x01') throw std::runtime_error("not a text");
      }
    }
    return bytes;
  }

 private:
  PGconn* connection_;
  std::map<std::string, std::string> names_;
};

Contestant repeat(std::string name, int times, std::function<void(int)> work) {
  return {std::move(name), [times, work = std::move(work)] {
            return times / seconds([&] {
                     for (int i = 0; i < times; ++i) work(i);
                   });
          }};
}

const std::string vol_columns =
    "v.numero, v.destination, v.statut, v.heure_creation, v.heure_decollage, v.heure_arrivee, v.avion_id, v.pilote_id";

void rows(const std::string& uri, int rounds) {
  Connection connection{uri};
  Session session{connection};
  Libpq libpq{connection};

  const std::string point = "select " + vol_columns + " from carnet.vols v where v.numero = $1";
  const auto numero = [](int i) { return fmt::format("V{}", 1 + i * 7919 % vols); };
  compare("point look-up", "look-ups/s", rounds,
          {repeat("libpq, prepared", 2000, [&](int i) { libpq.run(point, {numero(i)}); }),
           repeat("from<Vol>()", 2000, [&](int i) { from<Vol>().where(vol("numero") == numero(i)).all(session); }),
           repeat("from<Vol>(), condition as text", 2000,
                  [&](int i) { from<Vol>().where("numero = ?", numero(i)).all(session); })},
          {0});

  const std::string joined = "select " + vol_columns +
                             ", a.id, a.modele, a.description, a.vitesse_max from carnet.vols v "
                             "join carnet.avions a on a.id = v.avion_id where a.modele = $1";
  compare("join with filter, 7,812 rows", "questions/s", rounds,
          {repeat("libpq, prepared", 10, [&](int i) { libpq.run(joined, {fmt::format("model {}", i)}); }),
           repeat("from<Vol>().with(\"avion\")", 10,
                  [&](int i) {
                    from<Vol>().where(vol("avion.modele") == fmt::format("model {}", i)).with("avion").all(session);
                  })},
          {0});

  const std::string sorted =
      "select " + vol_columns + " from carnet.vols v order by v.heure_decollage desc nulls last, v.numero limit $1";
  compare("sorted page of 50", "pages/s", rounds,
          {repeat("libpq, prepared", 500, [&](int) { libpq.run(sorted, {"50"}); }),
           repeat("from<Vol>().sort().limit(50)", 500,
                  [&](int) { from<Vol>().sort("-heure_decollage").limit(50).all(session); })},
          {0});

  const std::string of_avion = "select " + vol_columns + " from carnet.vols v where v.avion_id = $1";
  compare("vols of one avion, 250 rows", "questions/s", rounds,
          {repeat("libpq, prepared", 200, [&](int i) { libpq.run(of_avion, {fmt::format("{}", 1 + i)}); }),
           repeat("from<Vol>()", 200, [&](int i) { from<Vol>().where(vol("avion_id") == 1 + i).all(session); })},
          {0});

  Question page;
  page.sort = parse_sort(Kind::vol, "-heure_decollage");
  page.limit = 50;
  page.offset = vols / 2;
  const Plan by_offset = compile(page);
  page.offset = vols / 2 - 1;
  const Plan before = compile(page);
  page.offset = 0;
  page.after = cursor(before, session.all(before).at(0));
  const Plan behind = compile(page);
  compare("page 10,000", "pages/s", rounds,
          {repeat("--offset", 3, [&](int) { session.all(by_offset); }),
           repeat("--after", 3, [&](int) { session.all(behind); })},
          {0});
}

void groups(const std::string& uri, int rounds) {
  Connection connection{uri};
  Session session{connection};
  Libpq libpq{connection};
  const std::string join_first =
      "select a.modele, count(*) from carnet.vols v left join carnet.avions a on a.id = v.avion_id group by a.modele "
      "order by a.modele";
  const std::string early =
      "select a.modele, sum(v.n)::bigint from (select avion_id, count(*) as n from carnet.vols group by avion_id) v "
      "left join carnet.avions a on a.id = v.avion_id group by a.modele order by a.modele";
  Question per_modele;
  per_modele.group_by = parse_operands(Kind::vol, "avion.modele");
  per_modele.aggregates = {aggregate(Expr::Function::count, std::nullopt)};
  compare("count per modele", "questions/s", rounds,
          {repeat("libpq, join first", 3, [&](int) { libpq.run(join_first, {}); }),
           repeat("libpq, aggregate first", 3, [&](int) { libpq.run(early, {}); }),
           repeat("question", 3, [&](int) { session.all(compile(per_modele)); })},
          {0, 1});
}

void stream(const std::string& uri) {
  Connection connection{uri};
  Session session{connection};
  const double before_mib = resident_mib();
  double first = 0, most_mib = 0;
  std::size_t count = 0;
  const double whole = seconds([&] {
    double started = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (const Vol& v : from<Vol>().stream(session)) {
      if (count++ == 0) {
        started = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (v.numero.empty()) throw std::runtime_error("a vol without numero");
      }
      if (count % 100'000 == 0) most_mib = std::max(most_mib, resident_mib());
    }
    first = started;
  });
  fmt::print("\nstream of {} vols: first row after {:.1f} ms, all after {:.2f} s, memory grew by {:.1f} MiB\n", count,
             first * 1000, whole, most_mib - before_mib);
}

/// The program itself: on Debian, `psql` is a script that looks for it, and takes three times as long.
std::string psql_program() {
  std::string found = "psql";
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    if (std::filesystem::exists(version.path() / "bin/psql")) found = version.path() / "bin/psql";
  }
  return found + " -X ";
}

void processes(const std::string& uri, const std::string& home, int rounds) {
  const auto run = [](const std::string& command) {
    return [command](int) {
      if (std::system((command + " > /dev/null").c_str()) != 0) throw std::runtime_error(command);
    };
  };
  const std::string ask = fmt::format("{} --database '{}' query vols --stale ", CARNET_COMMAND, uri);
  const std::string psql = fmt::format("{} '{}' -c ", psql_program(), uri);
  compare("process: one vol", "runs/s", rounds,
          {repeat("psql", 10, run(psql + "\"select * from carnet.vols where numero = 'V77'\"")),
           repeat("carnet query --stale", 10, run(ask + "--where \"numero = 'V77'\""))},
          {0});
  compare("process: join with filter, 7,812 rows", "runs/s", rounds,
          {repeat("psql", 3,
                  run(psql + "\"select * from carnet.vols v join carnet.avions a on a.id = v.avion_id "
                             "where a.modele = 'model 7'\"")),
           repeat("carnet query --stale", 3, run(ask + "--with avion --where \"avion.modele = 'model 7'\""))},
          {0});
  compare(
      "process: all vols, as CSV", "runs/s", 3,
      {repeat("psql --csv", 1,
              run(fmt::format("{} --csv '{}' -c 'select {} from carnet.vols v'", psql_program(), uri, vol_columns))),
       repeat("carnet query --stale -o csv", 1, run(ask + "-o csv"))},
      {0});

  // With a ledger to look at first: whether there is more than the tables have.
  const std::string carnet = fmt::format("{} --home '{}' ", CARNET_COMMAND, home);
  run(carnet + "append vol.created numero=AF101 2> /dev/null")(0);
  run(carnet + "query vols")(0);
  const std::string of_home = Cluster{home}.uri();
  compare(
      "process: one vol, from tables that are as of the ledger", "runs/s", rounds,
      {repeat("psql", 10,
              run(fmt::format("{} '{}' -c \"select * from vols where numero = 'AF101'\"", psql_program(), of_home))),
       repeat("carnet query", 10, run(carnet + "query vols --where \"numero = 'AF101'\""))},
      {0});
  Cluster{home}.stop();
}

}  // namespace
}  // namespace carnet::bench

int main(int argc, char** argv) {
  using namespace carnet;
  const std::set<std::string_view> wanted(argv + 1, argv + argc);
  const auto want = [&](std::string_view part) { return wanted.empty() || wanted.contains(part); };
  const bench::Scratch scratch;
  std::filesystem::permissions(scratch.path(), std::filesystem::perms{0711});  // the server's user enters it
  Cluster cluster{scratch.path()};
  try {
    const std::string uri = bench::filled(cluster);
    if (want("rows")) bench::rows(uri, 7);
    if (want("groups")) bench::groups(uri, 7);
    if (want("stream")) bench::stream(uri);
    if (want("processes")) bench::processes(uri, scratch.path() + "/home", 7);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    cluster.stop();
    return 1;
  }
  cluster.stop();
}

// SPDX-License-Identifier: Apache-2.0
#include "projector/dependents.hpp"

#include <fmt/format.h>

#include <initializer_list>

#include "projector/schema.hpp"

namespace carnet {
namespace {

constexpr std::uint32_t text_oid = 25;

// Each statement takes the schema as $1 and begins with the tables that are carnet's own.
std::string own() {
  std::string names = "'checkpoint'";
  for (const Table& table : tables()) names += fmt::format(", '{}'", table.name);
  return fmt::format(R"(
WITH own AS (
  SELECT c.oid, c.relname, c.relowner, c.relacl, c.reltype FROM pg_class c
  WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND c.relname IN ({}))
)",
                     names);
}

constexpr const char* views_inside = R"(
SELECT c.relname FROM pg_class c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'v'
  AND EXISTS (SELECT FROM own)
)";

// OR REPLACE keeps the view's owner, its grants and what depends on it.
constexpr const char* views = R"(
SELECT DISTINCT format('CREATE OR REPLACE VIEW %I.%I%s AS %s', n.nspname, v.relname,
                       ' WITH (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
FROM pg_depend d
JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
JOIN pg_class v ON r.ev_class = v.oid AND v.relkind = 'v'
JOIN pg_namespace n ON v.relnamespace = n.oid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM own)
)";

constexpr const char* grants_given = R"(
SELECT format('GRANT %s%s ON %I.%I TO %s%s', g.privilege_type, ' (' || quote_ident(g.attname) || ')', $1, g.relname,
              CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM (SELECT o.relname, o.relowner, NULL::name AS attname, a.* FROM own o, aclexplode(o.relacl) a
      UNION ALL
      SELECT o.relname, o.relowner, t.attname, a.* FROM own o JOIN pg_attribute t ON t.attrelid = o.oid,
                                                   aclexplode(t.attacl) a) g
WHERE g.grantee <> g.relowner
UNION ALL
SELECT format('GRANT %s ON SCHEMA %I TO %s%s', a.privilege_type, $1,
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.oid = to_regnamespace($1) AND a.grantee <> n.nspowner
)";

constexpr const char* indexes_made = R"(
SELECT pg_get_indexdef(i.oid) FROM own o
JOIN pg_index x ON x.indrelid = o.oid JOIN pg_class i ON i.oid = x.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)
  AND NOT EXISTS (SELECT FROM pg_class s WHERE s.relnamespace = to_regnamespace($2) AND s.relname = i.relname)
)";

constexpr const char* what_else = R"(
SELECT pg_describe_object(d.classid, d.objid, 0) AS what FROM pg_depend d
WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM own)
       OR d.refclassid = 'pg_type'::regclass
          AND d.refobjid IN (SELECT t.oid FROM pg_type t JOIN own o ON t.oid = o.reltype OR t.typelem = o.reltype))
  AND d.deptype IN ('n', 'a')
  AND NOT (d.classid = 'pg_rewrite'::regclass AND EXISTS (
    SELECT FROM pg_rewrite r JOIN pg_class v ON r.ev_class = v.oid WHERE r.oid = d.objid AND v.relkind = 'v'))
  AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (
    SELECT FROM pg_constraint c WHERE c.oid = d.objid AND c.contype <> 'c' AND c.conrelid IN (SELECT oid FROM own)
      AND (c.confrelid = 0 OR c.confrelid IN (SELECT oid FROM own))))
  AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = d.objid))
  AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger t WHERE t.oid = d.objid AND t.tgisinternal))
  AND d.classid NOT IN ('pg_type'::regclass, 'pg_attrdef'::regclass)
UNION
SELECT pg_describe_object('pg_class'::regclass, c.oid, 0) FROM pg_class c
WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'm', 'f', 'S') AND c.oid NOT IN (SELECT oid FROM own)
UNION
SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0) FROM pg_proc p WHERE p.pronamespace = to_regnamespace($1)
ORDER BY what
)";

std::vector<std::string> list(Connection& connection, const char* query, std::initializer_list<std::string> schemas) {
  std::vector<Parameter> parameters;
  for (const std::string& schema : schemas) parameters.push_back({text_oid, schema, false});
  Result result = connection.exec(own() + query, parameters);
  std::vector<std::string> texts;
  for (int row = 0; row < result.rows(); ++row) texts.emplace_back(result.text(row, 0));
  return texts;
}

/// A CREATE INDEX statement for the table of the same name in another schema.
std::string moved(std::string definition, const std::string& from, const std::string& to) {
  for (const std::string& name : {from, identifier(from)}) {
    std::string place = " ON " + name + ".";
    if (std::size_t at = definition.find(place); at != std::string::npos) {
      return definition.replace(at, place.size(), " ON " + identifier(to) + ".");
    }
  }
  return definition;
}

}  // namespace

Dependents dependents_of(Connection& connection, const std::string& schema, const std::string& successor) {
  connection.exec("SET LOCAL search_path = ''");
  Dependents found;
  found.inside = list(connection, views_inside, {schema});
  found.carried = list(connection, views, {schema});
  for (std::string& grant : list(connection, grants_given, {schema})) found.carried.push_back(std::move(grant));
  for (const std::string& index : list(connection, indexes_made, {schema, successor})) {
    found.indexes.push_back(moved(index, schema, successor));
  }
  found.others = list(connection, what_else, {schema});
  return found;
}

}  // namespace carnet

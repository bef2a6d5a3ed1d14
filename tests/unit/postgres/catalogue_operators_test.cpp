#include "postgres/catalogue_operators.hpp"

#include <gtest/gtest.h>

namespace migration_guard::postgres {
namespace {

struct Case {
    const char* sql;
    const char* qualified;
};

class CatalogueOperators : public testing::TestWithParam<Case> {};

TEST_P(CatalogueOperators, HaveTheirSchema) {
    EXPECT_EQ(with_catalogue_operators(GetParam().sql), GetParam().qualified);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CatalogueOperators,
    testing::Values(Case{"", ""}, Case{"SELECT 1", "SELECT 1"}, Case{"BEGIN", "BEGIN"},
                    Case{"a = b", "a OPERATOR(pg_catalog.=) b"}, Case{"a<>b", "aOPERATOR(pg_catalog.<>)b"},
                    Case{"a = ANY ($1::pg_catalog.name[])", "a OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.name[])"},
                    Case{"a || '.' || b", "a OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) b"},
                    Case{"x !~~ 'pg\\_%'", "x OPERATOR(pg_catalog.!~~) 'pg\\_%'"},
                    Case{"pg_catalog.count(*) OVER ()", "pg_catalog.count(*) OVER ()"},
                    Case{"UPDATE t SET a = a + $1 WHERE b = $2",
                         "UPDATE t SET a = a OPERATOR(pg_catalog.+) $1 WHERE b OPERATOR(pg_catalog.=) $2"},
                    Case{"SET search_path = \"a = b\"", "SET search_path = \"a = b\""},
                    Case{"(a * 2)", "(a OPERATOR(pg_catalog.*) 2)"}, Case{"(-1)", "(OPERATOR(pg_catalog.-)1)"},
                    Case{"'it''s = that' = b", "'it''s = that' OPERATOR(pg_catalog.=) b"},
                    Case{R"("a=""b" = c)", R"("a=""b" OPERATOR(pg_catalog.=) c)"},
                    Case{"'never closed =", "'never closed ="}, Case{"a =", "a OPERATOR(pg_catalog.=)"},
                    Case{"*", "OPERATOR(pg_catalog.*)"}));

}  // namespace
}  // namespace migration_guard::postgres

// Fixture of this folder: a Database of the product on a database of the test's own.
#pragma once

#include "postgres/postgres.hpp"
#include "support/stop_switch.hpp"
#include "support/test_server.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace migration_guard::postgres {

class DatabaseTest : public test::PostgresTest {
protected:
    static constexpr auto ledger_columns =
        "(id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name "
        "VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
        "applied_steps_count INTEGER NOT NULL DEFAULT 0)";

    [[nodiscard]] PostgresOptions options(const std::string& from_url) const {
        PostgresOptions made;
        made.migrate = parse_url(from_url, "DATABASE_URL", "/");
        return made;
    }

    std::unique_ptr<Database> open(const std::string& from_url) { return open(options(from_url)); }
    std::unique_ptr<Database> open(const PostgresOptions& made) {
        auto opened = open_database(made, stop);
        const auto result = opened->connect(std::chrono::seconds(5));
        EXPECT_EQ(result.kind, ConnectResult::Kind::connected) << result.not_yet.reason << result.never.reason;
        return opened;
    }

    Snapshot look(const std::string& query = "", const SnapshotRequest& request = {}) {
        return open(url(query))->look(request);
    }

    void make_ledger(const std::string& schema = "public") {
        db().run(fmt::format("CREATE TABLE {}._prisma_migrations {}", schema, ledger_columns));
    }

    void add_row(const std::string& name, const std::string& finished_at, const std::string& rolled_back_at = "NULL") {
        db().run(
            fmt::format("INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at, "
                        "started_at, applied_steps_count) VALUES (gen_random_uuid(), repeat('a', 64), {}, '{}', {}, "
                        "'2025-11-03 10:00:00.123456+01', 1)",
                        finished_at, name, rolled_back_at));
    }

    test::StopSwitch stop;
};

}  // namespace migration_guard::postgres

// Fixture of the native apply's tests: a bundle made of texts, a journal that keeps what it is told.
#pragma once

#include "database_test.hpp"

#include <thread>

namespace migration_guard::postgres {

class KeptJournal : public Journal {
public:
    void event(Level, const std::string&, const std::string& text, const std::vector<Field>& fields) override {
        std::string line = text;
        for (const auto& field : fields) line += " " + field.key + "=" + field.value;
        lines.push_back(line);
    }
    void state(const std::string& phase, const std::string& detail) override { states.push_back(phase + " " + detail); }

    std::vector<std::string> lines;
    std::vector<std::string> states;
};

class NativeApplyTest : public DatabaseTest {
protected:
    void add(const std::string& name, const std::string& script) {
        BundledMigration migration;
        migration.name = name;
        migration.has_script = true;
        migration.script = script;
        migration.checksums.as_is = std::string(64, 'c');
        bundle.migrations.push_back(migration);
    }

    [[nodiscard]] ApplyRequest request() const {
        ApplyRequest made;
        made.bundle = &bundle;
        for (const auto& migration : bundle.migrations) made.pending.push_back(migration.name);
        return made;
    }

    std::unique_ptr<Applying> start(const PostgresOptions& made) {
        migrator = native_migrator(made, stop, journal);
        return migrator->start(request());
    }

    ApplyOutcome apply(const std::string& query = "") { return apply(options(url(query))); }
    ApplyOutcome apply(const PostgresOptions& made) { return finish(*start(made)); }

    static ApplyOutcome finish(Applying& applying, Duration limit = std::chrono::seconds(20)) {
        const auto begun = std::chrono::steady_clock::now();
        while (!applying.wait(std::chrono::milliseconds(50))) {
            if (std::chrono::steady_clock::now() - begun > limit) {
                ADD_FAILURE() << "the apply does not end";
                applying.end();
                break;
            }
        }
        return applying.outcome();
    }

    /// Waits until a script of this text runs.
    void wait_for_query(const std::string& part) {
        for (int i = 0; i < 200; ++i) {
            // Of this database: other tests sleep on the same server.
            if (db().value(fmt::format("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                                       "state = 'active' AND query LIKE '%{}%' AND pid <> pg_backend_pid()",
                                       part)) != "0") {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        ADD_FAILURE() << "no such query: " << part;
    }

    /// One line a row: what is set, and the count.
    std::vector<std::string> ledger(const std::string& table = "_prisma_migrations") {
        std::vector<std::string> lines;
        for (const auto& row : db().rows(fmt::format(
                 "SELECT migration_name || CASE WHEN finished_at IS NULL THEN '' ELSE ' finished' END || CASE WHEN "
                 "rolled_back_at IS NULL THEN '' ELSE ' rolledBack' END || CASE WHEN logs IS NULL THEN '' ELSE ' logs' "
                 "END "
                 "|| ' ' || applied_steps_count FROM {} ORDER BY started_at",
                 table))) {
            lines.push_back(row[0].value_or("NULL"));
        }
        return lines;
    }

    std::string logs() { return db().value("SELECT logs FROM _prisma_migrations ORDER BY started_at DESC LIMIT 1"); }

    bool exists(const std::string& relation) {
        return db().value(fmt::format("SELECT to_regclass('{}') IS NOT NULL", relation)) == "t";
    }

    Bundle bundle;
    KeptJournal journal;
    std::unique_ptr<Migrator> migrator;
};

}  // namespace migration_guard::postgres

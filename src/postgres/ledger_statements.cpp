#include "postgres/ledger_statements.hpp"

#include "postgres/ledger_query.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace migration_guard::postgres {
namespace {

std::string now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return utc_text(std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

Query update(const std::string& ledger, std::string_view assignment, std::string value, const std::string& id) {
    return {fmt::format("UPDATE {} SET {} WHERE id = $2", ledger, assignment), {std::move(value), id}};
}

}  // namespace

/// prisma-engines: flavour/postgres.rs, create_migrations_table().
std::string create_ledger_statement(const std::string& ledger) {
    return fmt::format(R"(CREATE TABLE {} (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);)",
                       ledger);
}

Query insert_row(const std::string& ledger, const std::string& id, const std::string& checksum,
                 const std::string& name) {
    return {fmt::format("INSERT INTO {} (id, checksum, started_at, migration_name) VALUES ($1, $2, $3, $4)", ledger),
            {id, checksum, now(), name}};
}

Query insert_applied_row(const std::string& ledger, const std::string& id, const std::string& checksum,
                         const std::string& name) {
    return {fmt::format("INSERT INTO {} (id, checksum, logs, started_at, finished_at, "
                        "migration_name) VALUES ($1, $2, '', $3, $3, $4)",
                        ledger),
            {id, checksum, now(), name}};
}

Query touch_row(const std::string& ledger, const std::string& id) {
    return update(ledger, "applied_steps_count = $1", "0", id);
}

Query add_step(const std::string& ledger, const std::string& id) {
    return update(ledger, "applied_steps_count = applied_steps_count + $1", "1", id);
}

Query set_finished(const std::string& ledger, const std::string& id) {
    return update(ledger, "finished_at = $1", now(), id);
}

Query set_logs(const std::string& ledger, const std::string& id, const std::string& logs) {
    return update(ledger, "logs = $1", logs, id);
}

Query set_rolled_back(const std::string& ledger, const std::string& id) {
    return update(ledger, "rolled_back_at = $1", now(), id);
}

std::string new_row_id() {
    std::array<unsigned char, 16> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);  // version 4 (RFC 9562)
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
    std::string id;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += fmt::format("{:02x}", bytes[i]);
    }
    return id;
}

}  // namespace migration_guard::postgres

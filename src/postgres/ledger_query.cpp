#include "postgres/ledger_query.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;

constexpr auto table = "_prisma_migrations";
constexpr std::string_view remedy_for_bytes =
    "correct the text that is not valid UTF-8 (the database's encoding is SQL_ASCII, most likely)";
constexpr std::size_t most_of_logs = 65536;  ///< characters; bytes where the server knows no encoding

std::string kind_word(char kind) {
    switch (kind) {
        case 'v':
            return "a view";
        case 'm':
            return "a materialized view";
        case 'f':
            return "a foreign table";
        case 'p':
            return "a partitioned table";
        case 'S':
            return "a sequence";
        default:
            return "no table";
    }
}

bool is_listed(const LedgerEvidence& evidence, const std::string& schema) {
    return schema == evidence.schema || std::ranges::find(evidence.listed, schema) != evidence.listed.end();
}

const LedgerPlace* place_in(const LedgerEvidence& evidence, const std::string& schema) {
    const auto found = std::ranges::find(evidence.places, schema, &LedgerPlace::schema);
    return found == evidence.places.end() ? nullptr : &*found;
}

LedgerReading present(const LedgerEvidence& evidence, const LedgerPlace& read) {
    const auto* const place = place_in(evidence, read.schema);
    LedgerReading reading{State::present, {}, {}};
    reading.row_security = place != nullptr && place->row_security;
    return reading;
}

LedgerReading no_usage(const std::string& schema) {
    LedgerReading reading{State::no_permission, fmt::format("no USAGE on schema {}", schema), {}};
    reading.remedy = fmt::format(R"(GRANT USAGE ON SCHEMA "{}" to the login of the URL, or use its owner's)", schema);
    return reading;
}

/// Nothing pending and nothing applied look the same to whom row-level security shows no row.
LedgerReading hidden() {
    LedgerReading reading{State::no_permission, "row-level security hides its rows from this login", {}};
    reading.remedy =
        "use the login that owns the table (DIRECT_URL), or give this one BYPASSRLS, or: ALTER TABLE "
        "_prisma_migrations DISABLE ROW LEVEL SECURITY (of the owner: NO FORCE ROW LEVEL SECURITY)";
    return reading;
}

LedgerReading misplaced(std::string detail) {
    return {State::misplaced, std::move(detail), {}};
}

LedgerReading judge_found(const LedgerEvidence& evidence, const LedgerPlace& read) {
    if (read.kind != 'r') {
        return {State::not_a_table, fmt::format("{}.{} is {}", read.schema, table, kind_word(read.kind)), {}};
    }
    if (evidence.schema_given || read.schema == evidence.schema) return present(evidence, read);
    const bool another = std::ranges::any_of(evidence.places, [&](const LedgerPlace& place) {
        return place.schema == evidence.schema && place.kind == 'r';
    });
    if (another) {
        return misplaced(
            fmt::format("there are two ledgers: the search path leads to {}.{}, Prisma's client and its "
                        "test for a ledger look in {}; add ?schema= to the URL",
                        read.schema, table, evidence.schema));
    }
    if (is_listed(evidence, read.schema)) return present(evidence, read);
    return misplaced(
        fmt::format("the ledger stands in schema {0}, where the search path leads, but Prisma looks for it "
                    "in {1}; add ?schema={0} to the URL",
                    read.schema, evidence.schema));
}

/// A missing schema is created on connect (setup_connection()), and then stands in the default search path.
const std::string& schema_for_new_tables(const LedgerEvidence& evidence) {
    return evidence.current_schema.empty() && !evidence.schema_exists ? evidence.schema : evidence.current_schema;
}

LedgerReading judge_not_found(const LedgerEvidence& evidence) {
    for (const auto& place : evidence.places) {
        if (place.kind != 'r' || !is_listed(evidence, place.schema)) continue;
        return misplaced(
            fmt::format("the ledger stands in schema {0}, but Prisma reads it {1}; move it or add "
                        "?schema={0} to the URL",
                        place.schema, evidence.schema_given ? "in " + evidence.schema : "through the search path"));
    }
    if (evidence.schema_given || schema_for_new_tables(evidence) == evidence.schema) return {State::absent, {}, {}};
    return misplaced(fmt::format("the search path {}, but Prisma looks in {}; add ?schema= to the URL",
                                 evidence.current_schema.empty()
                                     ? "leads to no schema"
                                     : "puts new tables into schema " + evidence.current_schema,
                                 evidence.schema));
}

/// Microseconds since 1970 of a timestamp with or without time zone; infinity as the greatest and least numbers.
std::string micros_of(std::string_view column) {
    return fmt::format(
        "CASE WHEN pg_catalog.isfinite({0}) THEN (pg_catalog.date_part('epoch', {0}) * 1000000)::pg_catalog.int8 "
        "WHEN {0} > '2000-01-01' THEN 9223372036854775807 WHEN {0} < '2000-01-01' THEN (-9223372036854775807) END",
        column);
}

LedgerTime read_time(const Result& result, int row, int column) {
    return {static_cast<std::int64_t>(result.integer(row, column))};
}

std::optional<LedgerTime> read_optional_time(const Result& result, int row, int column) {
    return result.is_null(row, column) ? std::nullopt : std::optional(read_time(result, row, column));
}

struct Column {
    const char* name;
    bool required;
};
/// In the order of ledger_rows_query().
constexpr std::array columns{Column{"id", true},           Column{"checksum", true},
                             Column{"finished_at", false}, Column{"migration_name", true},
                             Column{"logs", false},        Column{"rolled_back_at", false},
                             Column{"started_at", true},   Column{"applied_steps_count", true}};

/// The name of a column that is null although Prisma reads it as NOT NULL; null when all is well.
const char* null_column(const Result& result, int row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].required && result.is_null(row, static_cast<int>(i))) return columns[i].name;
    }
    return nullptr;
}

/// The name of a column with bytes that are no UTF-8; null when all is well. `logs` ends where it was cut.
const char* garbled_column(const Result& result, int row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<int>(i);
        if (!result.is_utf8(row, column) && result.text(row, column).size() < most_of_logs) return columns[i].name;
    }
    return nullptr;
}

/// What Prisma fails at in this row.
std::optional<LedgerReading> unreadable(const Result& result, int row) {
    const auto which = [&] {
        return one_line(result.is_null(row, 3) ? "id " + result.text(row, 0) : result.text(row, 3), 200);
    };
    if (const char* const column = null_column(result, row)) {
        return LedgerReading{
            State::null_values, fmt::format("the row of {} has no {}, which Prisma cannot read", which(), column), {}};
    }
    if (const char* const column = garbled_column(result, row)) {
        LedgerReading reading{
            State::null_values,
            fmt::format("{} in the row of {} is not valid UTF-8 (22021), which Prisma cannot read", column, which()),
            {}};
        reading.remedy = std::string(remedy_for_bytes);
        return reading;
    }
    return std::nullopt;
}

LedgerRow read_row(const Result& result, int row) {
    return {.id = result.text(row, 0),
            .checksum = result.text(row, 1),
            .finished_at = read_optional_time(result, row, 2),
            .migration_name = result.text(row, 3),
            .logs = result.optional(row, 4),
            .rolled_back_at = read_optional_time(result, row, 5),
            .started_at = read_time(result, row, 6),
            .applied_steps_count = static_cast<int>(result.integer(row, 7))};
}

void take_error(const Result& result, LedgerReading& reading) {
    const auto state = result.sqlstate();
    if (state == "42P01") {  // dropped since it was placed, or never there
        if (reading.state == State::present) reading = {State::absent, {}, {}};
        return;
    }
    if (reading.state != State::present && reading.state != State::absent) return;
    if (state == "42501") {
        reading = {State::no_permission, result.error(), {}};
    } else if (state == "22021" || state == "22P05") {
        reading = {State::null_values, result.error(), {}};
        reading.remedy = std::string(remedy_for_bytes);
    } else if (state == "42809") {
        reading = {State::not_a_table, result.error(), {}};
    } else if (state.starts_with("42") || state.starts_with("22") || state == "0A000") {
        reading = {State::wrong_columns, result.error(), {}};
    } else {
        require_ok(result, "reading the ledger");
    }
}

}  // namespace

std::optional<LedgerPlace> place_read(const LedgerEvidence& evidence) {
    if (!evidence.schema_given && evidence.on_search_path) return evidence.on_search_path;
    const auto* const place =
        place_in(evidence, evidence.schema_given ? evidence.schema : schema_for_new_tables(evidence));
    return place == nullptr ? std::nullopt : std::optional(*place);
}

LedgerReading place_ledger(const LedgerEvidence& evidence) {
    const auto read = place_read(evidence);
    const bool elsewhere = read && read->schema != evidence.schema;
    if (evidence.schema_exists && !evidence.schema_usable && !elsewhere) return no_usage(evidence.schema);
    return read ? judge_found(evidence, *read) : judge_not_found(evidence);
}

std::string ledger_name(const DatabaseUrl& url) {
    return url.schema ? quote_identifier(*url.schema) + "." + quote_identifier(table) : quote_identifier(table);
}

Query ledger_rows_query(const DatabaseUrl& url) {
    return {fmt::format("SELECT id::pg_catalog.text, checksum::pg_catalog.text, {}, migration_name::pg_catalog.text, "
                        "pg_catalog.left(logs::pg_catalog.text, {}), {}, {}, applied_steps_count::pg_catalog.int8 "
                        "FROM {} ORDER BY started_at, id",
                        micros_of("finished_at"), most_of_logs, micros_of("rolled_back_at"), micros_of("started_at"),
                        ledger_name(url)),
            {},
            "the query of the ledger (_prisma_migrations)"};
}

void read_ledger_rows(const Result& result, LedgerReading& reading) {
    if (!result.ok()) {
        take_error(result, reading);
        return;
    }
    if (reading.state == State::absent) reading.state = State::present;  // created since it was placed
    if (reading.state != State::present) return;
    if (reading.row_security && result.rows() == 0) {
        reading = hidden();
        return;
    }
    for (int row = 0; row < result.rows(); ++row) {
        if (auto problem = unreadable(result, row)) {
            reading = std::move(*problem);
            return;
        }
        reading.rows.push_back(read_row(result, row));
    }
}

}  // namespace migration_guard::postgres

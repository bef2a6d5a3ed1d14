#include "postgres/lock_query.hpp"

#include "base/text.hpp"
#include "postgres/postgres.hpp"

#include <fmt/format.h>

#include <random>
#include <string>

namespace migration_guard::postgres {
namespace {

/// pg_locks shows a bigint key as two halves, with objsubid 1 (PostgreSQL manual, "pg_locks").
std::string holds(std::int64_t key) {
    const auto bits = static_cast<std::uint64_t>(key);
    return fmt::format("(l.classid = '{}' AND l.objid = '{}')", bits >> 32U, bits & 0xffffffffU);
}

constexpr auto granted_here =
    "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_catalog.pg_database "
    "WHERE datname = pg_catalog.current_database())";

/// Six columns about a row `a` of pg_stat_get_activity(); they are null for other users' sessions.
constexpr auto about_session =
    "a.pid, a.application_name, coalesce(pg_catalog.host(a.client_addr), 'local'), a.state, "
    "pg_catalog.left(a.query, 300), pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - "
    "coalesce(a.xact_start, a.query_start))";

LockHolder read_holder(const Result& result, int row, int first) {
    return {.pid = static_cast<int>(result.integer(row, first)),
            .application = one_line(result.text(row, first + 1), 64),
            .client = result.text(row, first + 2),
            .state = result.text(row, first + 3),
            .query = one_line(result.text(row, first + 4), 200),
            .seconds = result.number(row, first + 5)};
}

}  // namespace

Query lock_holders_query(MigratingSessions which) {
    auto sql = fmt::format(
        "SELECT {}, {} FROM pg_catalog.pg_locks l "
        "LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(l.pid) a ON true WHERE {} AND ({} OR {})",
        holds(prisma_lock_key), about_session, granted_here, holds(prisma_lock_key), holds(turn_lock_key));
    if (which == MigratingSessions::by_lock_or_name) {
        sql += fmt::format(
            " UNION ALL SELECT true, {} FROM pg_catalog.pg_stat_get_activity(NULL) a WHERE a.application_name ~~ "
            "'{}%' AND a.state <> 'idle' AND a.datid = (SELECT oid FROM pg_catalog.pg_database "
            "WHERE datname = pg_catalog.current_database())",
            about_session, migrating_session_prefix);
    }
    return {std::move(sql)};
}

std::string new_migration_session() {
    std::random_device random;
    return fmt::format("{}{:08x}", migrating_session_prefix, random());
}

LockHolders read_lock_holders(const Result& result) {
    LockHolders holders;
    if (!result.ok()) return holders;
    for (int row = 0; row < result.rows(); ++row) {
        auto& holder = result.boolean(row, 0) ? holders.migrating : holders.turn;
        holder = read_holder(result, row, 1);
    }
    return holders;
}

Query blockers_query() {
    return {fmt::format(
        "WITH holder AS (SELECT h.pid, h.wait_event_type FROM pg_catalog.pg_locks l, "
        "LATERAL pg_catalog.pg_stat_get_activity(l.pid) h WHERE {} AND {} LIMIT 1) "
        "SELECT true, coalesce(holder.wait_event_type = 'Lock', false), {} FROM holder, "
        "LATERAL pg_catalog.pg_stat_get_activity(holder.pid) a "
        "UNION ALL SELECT false, false, {} FROM holder, LATERAL (SELECT DISTINCT pg_catalog.unnest("
        "pg_catalog.pg_blocking_pids(holder.pid)) AS pid) b, LATERAL pg_catalog.pg_stat_get_activity(b.pid) a",
        granted_here, holds(prisma_lock_key), about_session, about_session)};
}

void read_blockers(const Result& result, Progress& progress) {
    if (!result.ok()) return;
    for (int row = 0; row < result.rows(); ++row) {
        auto session = read_holder(result, row, 2);
        if (!result.boolean(row, 0)) {
            progress.blockers.push_back(std::move(session));
            continue;
        }
        progress.waiting_for_lock = result.boolean(row, 1);
        progress.migrating = std::move(session);
    }
}

/// Not through regclass nor any other look-up that takes a lock itself.
Query exclusive_lock_query() {
    return {fmt::format(
        "SELECT n.nspname || '.' || c.relname, {} FROM pg_catalog.pg_locks l "
        "JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(l.pid) a ON true "
        "WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock' AND l.database = "
        "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) "
        "AND c.relkind = ANY ('{{r,p}}') ORDER BY c.relname <> '_prisma_migrations', 1 LIMIT 1",
        about_session)};
}

std::string words_for_exclusive_lock(const Result& result) {
    if (!result.ok() || result.rows() == 0) return {};
    const auto holder = read_holder(result, 0, 1);
    return fmt::format("pid {} ({}, {}, {}, {:.0f} s) holds an exclusive lock on {}", holder.pid,
                       holder.application.empty() ? "unnamed" : holder.application, holder.client, holder.state,
                       holder.seconds, one_line(result.text(0, 0), 140));
}

}  // namespace migration_guard::postgres

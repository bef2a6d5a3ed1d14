#include "guard/wait.hpp"

namespace migration_guard {
namespace {

std::string where(const Plan& plan) {
    return plan.database.host + ":" + std::to_string(plan.database.port);
}

[[noreturn]] void give_up(const Plan& plan, const NotYet& last, int attempts) {
    throw Failure(
        ExitCode::database_unreachable,
        "no connection to " + where(plan) + " after " + std::to_string(attempts) +
            (attempts == 1 ? " attempt: " : " attempts: ") + last.reason,
        last.hint.empty()
            ? "is the database up, and are host and port of the URL right? waitTimeout says how long a start waits"
            : last.hint);
}

/// True when the cure was tried, so that the next attempt is worth making at once.
bool cured(const Plan& plan, const Ports& ports, const Never& never, MayWrite may_write, bool tried_before,
           const Limit& limit) {
    if (!never.missing_database || !plan.settings.create_database || may_write == MayWrite::no || tried_before) {
        return false;
    }
    ports.journal.event(Level::warn, "wait", "the database does not exist and is created (createDatabase: true)",
                        {{"database", plan.database.name}});
    ports.database.limit_round_trips(std::max(limit.remaining(), Duration(1)));
    ports.database.create_database();
    return true;
}

}  // namespace

void wait_for_database(const Plan& plan, const Ports& ports, const Limit& deadline, MayWrite may_write) {
    const auto& wait = plan.settings.wait_timeout;
    const Limit limit = wait == Duration(0) ? deadline : deadline.within(wait);
    Backoff backoff(ports.clock);
    std::string reason;
    bool created = false;
    for (int attempt = 1;; ++attempt) {
        const auto most =
            limit.within(plan.connect_timeout == Duration(0) ? std::nullopt : std::optional(plan.connect_timeout));
        auto result = ports.database.connect(std::max(most.remaining(), Duration(1)));
        // The bundle was read meanwhile; what is wrong with it (66) comes before whatever the database says.
        if (attempt == 1 && plan.bundle.valid()) static_cast<void>(plan.bundle.get());
        if (result.kind == ConnectResult::Kind::connected) {
            if (!reason.empty()) {
                ports.journal.event(Level::info, "wait", "PostgreSQL is ready",
                                    {{"attempts", std::to_string(attempt)}});
            }
            return;
        }
        if (result.kind == ConnectResult::Kind::never) {
            if (cured(plan, ports, result.never, may_write, created, limit)) {
                created = true;
                continue;
            }
            const auto& never = result.never;
            if (never.missing_database) throw MissingDatabase(never.code, never.reason, never.hint);
            throw Failure(never.code, never.reason, never.hint);
        }
        if (result.not_yet.reason != reason) {
            reason = result.not_yet.reason;
            ports.journal.event(Level::info, "wait", "waiting for PostgreSQL",
                                {{"reason", reason}, {"at", where(plan)}});
            ports.journal.state("waiting", "for PostgreSQL at " + where(plan) + ": " + reason);
        }
        backoff.pause(limit);
        if (limit.passed()) give_up(plan, result.not_yet, attempt);
    }
}

}  // namespace migration_guard

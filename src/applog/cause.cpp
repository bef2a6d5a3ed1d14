#include "applog/scan_log.hpp"

#include <algorithm>
#include <array>

namespace migration_guard {
namespace {

struct CodeCause {
    std::string_view code;
    LogCause cause;
};

constexpr std::array causes{
    CodeCause{"P2021", LogCause::missing_object}, CodeCause{"P2022", LogCause::missing_object},
    CodeCause{"P1014", LogCause::missing_object}, CodeCause{"P2023", LogCause::differs},
    CodeCause{"P2032", LogCause::differs},        CodeCause{"P2011", LogCause::differs},
    CodeCause{"P2007", LogCause::differs},        CodeCause{"P1001", LogCause::unreachable},
    CodeCause{"P1002", LogCause::unreachable},    CodeCause{"P1008", LogCause::unreachable},
    CodeCause{"P1017", LogCause::unreachable},    CodeCause{"P2024", LogCause::unreachable},
    CodeCause{"P2037", LogCause::unreachable},    CodeCause{"P1000", LogCause::refused},
    CodeCause{"P1003", LogCause::refused},        CodeCause{"P1010", LogCause::refused},
    CodeCause{"P1011", LogCause::refused},        CodeCause{"P1013", LogCause::refused},
};

/// SQLSTATEs of errors that Prisma passes on (PostgreSQL manual, appendix A).
LogCause cause_of_sqlstate(std::string_view state) {
    for (const std::string_view missing : {"42P01", "42703", "42704", "3F000"})
        if (state == missing) return LogCause::missing_object;
    for (const std::string_view differs : {"42804", "23502"})
        if (state == differs) return LogCause::differs;
    if (state == "42501") return LogCause::denied;
    if (state == "3D000" || state.starts_with("28")) return LogCause::refused;
    const bool away = state.starts_with("08") || state.starts_with("57P") || state.starts_with("53");
    return away ? LogCause::unreachable : LogCause::data;
}

}  // namespace

LogCause cause_of(const LogGroup& group) {
    // Without a SQLSTATE it is the client that does not know the value, not the server. And 22P02 alone is any text
    // that is no number, no UUID: only where the server speaks of an enum is a value missing.
    if (group.kind == LogGroup::Kind::enum_value) {
        return group.sqlstate.empty() ? LogCause::differs : LogCause::missing_object;
    }
    if (group.code.starts_with("P3")) return LogCause::migration;
    const auto found = std::ranges::find(causes, group.code, &CodeCause::code);
    return found != causes.end() ? found->cause : cause_of_sqlstate(group.sqlstate);
}

}  // namespace migration_guard

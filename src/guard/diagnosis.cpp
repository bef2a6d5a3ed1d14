#include "guard/diagnosis.hpp"

#include <algorithm>

namespace migration_guard {

std::string_view to_text(Cause::Kind kind) {
    switch (kind) {
        case Cause::Kind::pending:
            return "pending";
        case Cause::Kind::failed:
            return "failed";
        case Cause::Kind::running:
            return "running";
        case Cause::Kind::rolled_back:
            return "rolledBack";
        case Cause::Kind::marked_applied:
            return "markedApplied";
        case Cause::Kind::dropped:
            return "dropped";
        case Cause::Kind::never_migrated:
            return "neverMigrated";
        case Cause::Kind::removed_again:
            return "removedAgain";
        case Cause::Kind::other_schema:
            return "otherSchema";
        case Cause::Kind::external:
            return "external";
        case Cause::Kind::newer_release:
            return "newerRelease";
        case Cause::Kind::other_app:
            return "otherApp";
        case Cause::Kind::no_ledger:
            return "noLedger";
        case Cause::Kind::unreachable:
            return "unreachable";
        case Cause::Kind::other:
            return "other";
    }
    return "";
}

std::string_view reason_of(const Cause& cause) {
    const std::string_view text = cause.text;
    const bool begins = !cause.what.empty() && text.starts_with(cause.what + ": ");
    return begins ? text.substr(cause.what.size() + 2) : text;
}

ExitCode Diagnosis::code() const {
    if (check.code != ExitCode::ok) return check.code;
    const bool open = std::ranges::any_of(logged, &LoggedError::open);
    return open ? ExitCode::schema_mismatch : ExitCode::ok;
}

}  // namespace migration_guard

// What Prisma errors an app's log holds: grouped by code and object, with count, first and last time and one sample.
//
// Not their cause in the database (guard/diagnose does that), and not a reader of files: bytes come through a callback.
// It takes what people have: CapRover's panel, `docker service logs`, compose, json-file, JSON lines (pino, winston),
// plain stderr of Node; with ANSI, CRLF, invalid UTF-8, and with interleaved replicas.
// Keeps true: memory is constant however much is read; one error printed over several lines, or first by the client
// (`prisma:error`) and then by the app, counts once; samples hold no credentials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// A point of the log's own time; what has no zone is taken for UTC, which containers run in.
struct LogTime {
    std::int64_t micros = 0;  ///< since 1970-01-01 UTC; what is compared
    std::string text;         ///< "2025-11-10T03:51:27Z"; what is shown
};

struct LogGroup {
    enum class Kind {
        none,
        table,
        column,
        type,
        enum_value,
        host,
        database,
        user,
        constraint,
        migration,
        sequence,
        schema,
    } kind = Kind::none;
    std::string code;      ///< "P2021", also where only the sentence stands in the log; empty: the error has none
    std::string sqlstate;  ///< PostgreSQL's, where the error tells it: "42P01"
    std::string object;    ///< as the error names it: "public.AnalyticsEvent", "User.email", "db:5432"; empty: it does
                           ///< not (a localised server: "(not available)")
    std::string model;     ///< Prisma's name of the model, or the client's accessor ("analyticsEvent"); may be empty
    std::uint64_t count = 0;
    std::optional<LogTime> first;
    std::optional<LogTime> last;
    std::string sample;  ///< one line, cleaned, credentials masked, at most 300 bytes
};

/// What an error says about the database.
enum class LogCause {
    missing_object,  ///< a table, column, type or enum value that the app needs is not there
    differs,         ///< it is there, but not as schema.prisma says (type, nullability, a column that blocks inserts)
    unreachable,     ///< no server, no answer, no free connection
    refused,         ///< login, database
    denied,          ///< the login may not use the table, sequence or schema (42501)
    migration,       ///< Prisma Migrate itself
    data,            ///< the app's own business: unique, foreign key, not found
};
LogCause cause_of(const LogGroup& group);

struct LogFindings {
    std::vector<LogGroup> groups;  ///< most frequent first; at most LogScanner::most_groups
    std::uint64_t errors = 0;      ///< all of them, also those left out
    std::uint64_t left_out = 0;    ///< errors that found no place among the groups
    std::uint64_t bytes = 0;       ///< read
};

class LogScanner {
public:
    static constexpr std::size_t most_groups = 200;

    LogScanner();
    ~LogScanner();
    LogScanner(LogScanner&&) noexcept;
    LogScanner& operator=(LogScanner&&) noexcept;

    /// Any piece of the log, cut anywhere.
    void feed(std::string_view bytes);
    /// To be called once, after the last piece.
    LogFindings finish();

private:
    class Work;
    std::unique_ptr<Work> work_;
};

/// Fills at most `size` bytes from `into` on and returns how many; 0 at the end. What it throws goes through.
using ReadBytes = std::function<std::size_t(char* into, std::size_t size)>;

LogFindings scan_log(const ReadBytes& read);

}  // namespace migration_guard

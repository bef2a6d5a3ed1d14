// What the user configured, as plain values: the keys of the configuration under their own names.
//
// Not how they were read (config/), nor what follows from them (the project found by prisma/, the URL by postgres/).
// Keeps true: every default stands here and nowhere else.
#pragma once

#include "base/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

enum class Mode { enforce, observe, off };
enum class Policy { fail, warn, ignore };
enum class ApplyMode { prisma, native, wait, never };
enum class MigrationOrder { automatic, locale, bytewise };
enum class OnEmptyDatabase { apply, fail };
enum class SmokeWhen { applied, always };
enum class LogFormat { text, json };
enum class LogLevel { debug, info, warn, error };

struct Settings {
    Mode mode = Mode::enforce;
    std::string database_url_env;  ///< empty: as the datasource names it, else DATABASE_URL
    std::string direct_url_env;    ///< empty: as the datasource names it, else DIRECT_URL when set
    std::string database_schema;   ///< empty: ?schema= of the URL
    std::string schema_path;       ///< empty: found as Prisma finds it
    std::string migrations_dir;    ///< empty: found as Prisma finds it
    MigrationOrder migration_order = MigrationOrder::automatic;
    Duration deadline = std::chrono::minutes(14);
    Duration wait_timeout = std::chrono::seconds(60);  ///< 0: what is left of deadline
    std::optional<Duration> connect_timeout;           ///< none: the URL's, else 5 s
    std::optional<Duration> turn_timeout;              ///< none: what is left of deadline
    ApplyMode apply = ApplyMode::prisma;
    std::vector<std::string> prisma_command;  ///< empty: found in node_modules
    bool create_database = false;
    OnEmptyDatabase on_empty_database = OnEmptyDatabase::apply;
    std::optional<Duration> apply_timeout;  ///< none: what is left of deadline
    Duration stop_timeout = std::chrono::seconds(8);
    std::optional<Duration> migration_lock_timeout;
    std::optional<Duration> migration_statement_timeout;
    Policy on_edited = Policy::warn;
    Policy on_database_ahead = Policy::warn;
    Policy on_out_of_order = Policy::warn;
    std::vector<std::string> accept_edited;
    Policy on_schema_mismatch = Policy::fail;
    Policy on_collision = Policy::fail;
    std::vector<std::string> ignore_objects;
    std::string smoke_dir;  ///< empty: `smoke` beside the migrations, if it exists
    Duration smoke_timeout = std::chrono::seconds(5);
    SmokeWhen smoke_when = SmokeWhen::applied;
    std::string resolve_once;  ///< rolled-back:NAME@ROW
    bool init = false;
    std::optional<Duration> failure_delay;  ///< none: 10 s for run without a TTY, else 0
    std::vector<std::string> failure_command;
    std::optional<int> probe_port;  ///< none: PORT if set
    std::string probe_path;
    Duration probe_timeout = std::chrono::seconds(3);
    std::string state_file;
    LogFormat log_format = LogFormat::text;
    LogLevel log_level = LogLevel::info;
};

}  // namespace migration_guard

// `probe`: is the app well, or is the guard still at work? For HEALTHCHECK.
//
// Never the database: a hiccup of PostgreSQL would restart every app container into its guard.
// Keeps true: exit code 0 or 1 and one line, within its time limit, with a read-only root and without shell or curl.
#pragma once

#include "base/settings.hpp"
#include "base/time.hpp"

#include <map>
#include <optional>
#include <string>

namespace migration_guard::system {

struct ProbeOptions {
    std::optional<int> port;  ///< none: only whether the guard has passed
    std::string path;         ///< with one: GET, 200 to 399 is healthy; without: a TCP connect
    Duration timeout = std::chrono::seconds(3);
    std::string state_file;  ///< empty: the usual places
    std::string notice;      ///< why the app cannot be asked although somebody meant it to be; `run` warns with it
};

/// probePort, else a PORT that is a number from 1 to 65535. An empty PORT counts as none.
ProbeOptions probe_options(const Settings& settings, const std::map<std::string, std::string>& environment);

struct ProbeReport {
    bool healthy = false;
    std::string line;  ///< what `docker inspect` shows
};

/// Never throws but bad_alloc.
ProbeReport probe(const ProbeOptions& options);

/// The status of an HTTP answer's first line ("HTTP/1.1 204 No Content"), nothing when it is none.
std::optional<int> http_status(const std::string& answer);

}  // namespace migration_guard::system

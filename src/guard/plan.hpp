// What the guard is to do and with what: settings and everything read once from the image, as values.
//
// Not how it was read: main builds it. Keeps true: bundle and schema are futures because they are read while the
// connection is being made; get() may throw the Failure (66) that reading them met.
#pragma once

#include "base/interrupt.hpp"
#include "base/settings.hpp"
#include "guard/outcome.hpp"
#include "guard/recovery_ports.hpp"
#include "ledger/bundle.hpp"
#include "ledger/history.hpp"
#include "schema/declared.hpp"
#include "schema/external.hpp"
#include "schema/object_pattern.hpp"

#include <future>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

/// schema.prisma as declared objects.
struct DeclaredPart {
    std::optional<DeclaredSchema> schema;     ///< none: it could not be parsed
    std::string problem;                      ///< why, one line
    std::vector<std::string> listed_schemas;  ///< the datasource's `schemas`
    std::vector<std::string> warnings;        ///< one line each, with file:line: what a future Prisma may mean
    std::string excerpt;                      ///< beside `problem`: the line in error, and a caret line under it
};

struct Plan {
    Settings settings;
    DatabaseIdentity database;
    bool schema_in_url = false;  ///< ?schema= (or databaseSchema) was given
    Duration connect_timeout = std::chrono::seconds(5);
    Instant started;  ///< of the process: `deadline` counts from here
    std::shared_future<Bundle> bundle;
    std::shared_future<DeclaredPart> declared;
    std::string migrations_dir = "prisma/migrations";  ///< for remedies: as one would type it
    NameOrder order;                                   ///< the CLI's
    NameOrder other_order;                             ///< the one that other releases of the CLI use
    std::vector<ObjectPattern> ignored;                ///< ignoreObjects
    ExternalObjects external;                          ///< of the config file
    std::string app_role;                              ///< whose privileges matter: the user of the app's URL
    std::vector<SmokeScript> smoke;
    std::string session;  ///< application_name of whatever migrates for this run: by it, it is told from others
};

/// All that the guard needs of the world. `migrator`, `writer` and `smoke` may be null where the subcommand does
/// not use them.
struct Ports {
    Database& database;
    Clock& clock;
    Journal& journal;
    Interrupt& interrupt;
    Migrator* migrator = nullptr;
    LedgerWriter* writer = nullptr;
    SmokeRunner* smoke = nullptr;
};

}  // namespace migration_guard

// The bundle: what the image carries in prisma/migrations, as values.
//
// Not the reading of it (prisma/migrations_dir.hpp). Keeps true: `migrations` stand in the order in which the CLI of
// the image would apply them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// SHA-256 of a script in lower-case hex, in the three spellings that Prisma accepts
/// (prisma-engines: schema-connector/src/checksum.rs, script_matches_checksum).
struct Checksums {
    std::string as_is;  ///< of the file's bytes; what a new ledger row records
    std::string lf;     ///< every \r\n as \n
    std::string crlf;   ///< every \n as \r\n
};

/// True when `recorded` is one of the three, or, for rows that Prisma wrote before May 2021 (neither empty nor 64
/// characters), one of them without zero padding of its bytes.
bool matches(const Checksums& checksums, std::string_view recorded);

struct BundledMigration {
    std::string name;         ///< directory name, as the ledger records it
    bool has_script = false;  ///< false: a directory without migration.sql
    std::string script;       ///< migration.sql, with invalid UTF-8 replaced as the CLI (>= 6.6) replaces it
    Checksums checksums;
};

struct Bundle {
    std::vector<BundledMigration> migrations;
};

}  // namespace migration_guard

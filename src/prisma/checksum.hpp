// Prisma's checksum of a script (prisma-engines: schema-connector/src/checksum.rs).
//
// Not the comparison with a row: ledger/bundle.hpp has that, without OpenSSL.
#pragma once

#include "ledger/bundle.hpp"

#include <string>
#include <string_view>

namespace migration_guard::prisma {

/// SHA-256 in lower-case hex, 64 characters. Throws std::runtime_error only when OpenSSL itself fails.
std::string sha256(std::string_view bytes);

/// The three spellings that Prisma accepts. A script without any newline has three equal ones.
Checksums checksums_of(std::string_view script);

}  // namespace migration_guard::prisma

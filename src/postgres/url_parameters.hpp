// The query part of a database URL: Prisma's parameters, their values and defaults.
//
// Not the part before the question mark (url.cpp). Keeps true: unknown names are ignored, the last of several wins,
// and bad integers and booleans are errors even where the guard has no use for the value, because Prisma refuses them.
#pragma once

#include "postgres/url.hpp"

#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// Reads `query` (without the question mark) into `url`. Throws Failure 78.
void read_parameters(std::string_view query, const std::filesystem::path& base, DatabaseUrl& url);

/// Failure 78 about the variable that the URL came from.
[[noreturn]] void refuse_url(const std::string& variable, const std::string& reason, const std::string& hint);

}  // namespace migration_guard::postgres

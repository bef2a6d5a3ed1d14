// .env files as the Prisma CLI up to 6 reads them: the syntax of dotenv 16 and the expansion of dotenv-expand.
//
// Not which files (project.hpp, read_dotenv). Keeps true: any bytes are read without failing, and what comes out is
// what those libraries make of them (npm packages dotenv 16 lib/main.js, @prisma/internals' dotenvExpand).
#pragma once

#include "prisma/project.hpp"

#include <string_view>

namespace migration_guard::prisma {

/// NAME=value, NAME: value, export NAME=value; quotes ' " ` may span lines; \n and \r are expanded in double quotes
/// only; # begins a comment outside quotes. The last of several wins.
Environment parse_dotenv(std::string_view text);

/// `${NAME}` replaced in all values: by `environment`, else by the file itself, else by nothing. A variable that
/// `environment` has keeps that value. References to oneself end after 16 steps.
Environment expand_dotenv(const Environment& parsed, const Environment& environment);

}  // namespace migration_guard::prisma

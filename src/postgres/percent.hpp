// Percent-encoding as the URL parser of Prisma's engine (the WHATWG URL standard) does and undoes it.
//
// Not a URL parser (url.hpp). Keeps true: a '%' that no two hex digits follow stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// %XX as bytes. The result may be any bytes, NUL included.
std::string percent_decode(std::string_view text);

/// A name or value of a query string: '+' is a blank, %XX are bytes, invalid UTF-8 is replaced by U+FFFD
/// (application/x-www-form-urlencoded).
std::string form_decode(std::string_view text);

/// The characters that the standard's *path percent-encode set* names, and everything outside ASCII, as %XX.
std::string encode_path(std::string_view text);

}  // namespace migration_guard::postgres

// What must never be shown, and the mask that everything passes on its way to a log or to JSON.
//
// Not the reading of a password (postgres/url.hpp), nor the cutting and cleaning of text (text.hpp): mask first, then
// cut, so that no half of a secret is left over.
// Keeps true: a password that was added is shown in none of the spellings in which URLs, JSON and servers quote it, and
// credentials inside a URL are masked whether anybody added them or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// Credentials that show themselves: `scheme://user:PASSWORD@`, `password=PASSWORD` (also sslpassword, api_key).
/// Each becomes `***`. When a password holds an unescaped @ or /, too much is masked rather than too little.
std::string mask_credentials(std::string_view text);

class Secrets {
public:
    /// `secret` as it is, percent-encoded and JSON-escaped. One of up to 2 bytes is masked inside URLs only, and one of
    /// up to 7 only where it is not part of a longer word: no text would be readable otherwise.
    void add(std::string_view secret);

    /// A word that the log shows by contract (user, host, database, schema). When a password equals it, as in
    /// postgres:postgres, the bare word stays readable; inside a URL it is masked all the same.
    void allow(std::string_view word);

    /// `text` with every secret and every credential in a URL as `***`.
    [[nodiscard]] std::string mask(std::string_view text) const;

private:
    std::vector<std::string> spellings_;  ///< longest first, so that no secret hides the rest of a longer one
    std::vector<std::string> allowed_;
};

}  // namespace migration_guard

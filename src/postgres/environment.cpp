#include "postgres/environment.hpp"

#include <nss.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::postgres {

void ignore_libpq_environment() {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view variable = *entry;
        if (variable.starts_with("PG")) names.emplace_back(variable.substr(0, variable.find('=')));
    }
    for (const auto& name : names) unsetenv(name.c_str());

    // Once said, it holds: libpq's own request to load the configuration finds the step already done.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);

    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
}

}  // namespace migration_guard::postgres

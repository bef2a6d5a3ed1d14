// Any text as a database URL: it is accepted with everything that a connection needs, or refused by a Failure 78 whose
// text repeats nothing of a password.

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/url.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using migration_guard::Failure;
using migration_guard::postgres::parse_url;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_one_line(const std::string& text) {
    return migration_guard::is_utf8(text) && text.find_first_of("\n\r\0") == std::string::npos;
}

void check_accepted(std::string_view text) {
    const auto url = parse_url(text, "DATABASE_URL", "/app");
    require(!url.host.empty() && !url.user.empty() && !url.database.empty());
    require(url.port > 0 && url.port <= 65535);
    require(!url.verify_host_name || url.verify_certificate);
    require(url.host.find(',') == std::string::npos || url.is_socket());
    for (const auto* value : {&url.user, &url.password, &url.host, &url.database, &url.application_name, &url.options,
                              &url.identity_password}) {
        require(value->find('\0') == std::string::npos);  // libpq's strings end there
    }
    require(is_one_line(url.describe()));
    for (const auto& notice : url.notices) require(is_one_line(notice));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const auto& url : {text, "postgresql://" + text, "postgresql://u:s3cretpassword@h/" + text}) {
        try {
            check_accepted(url);
        } catch (const Failure& failure) {
            require(failure.code == migration_guard::ExitCode::config_invalid);
            require(is_one_line(failure.what()) && is_one_line(failure.hint));
            const bool told = std::string_view(failure.what()).find("s3cretpassword") != std::string_view::npos;
            require(!told || text.find("s3cretpassword") != std::string::npos);
        }
    }
    return 0;
}

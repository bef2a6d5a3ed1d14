// The files of an image that people or other programs write: .env, prisma.config.ts, migration_lock.toml, names of
// migrations, scripts, the state file, an app's HTTP answer. Each reader takes any bytes; the first byte chooses which.

#include "base/text.hpp"
#include "ledger/bundle.hpp"
#include "prisma/checksum.hpp"
#include "prisma/config_literals.hpp"
#include "prisma/dotenv.hpp"
#include "prisma/locale_order.hpp"
#include "prisma/migrations_dir.hpp"
#include "prisma/package_json.hpp"
#include "system/line_reader.hpp"
#include "system/probe.hpp"
#include "system/state_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace std::string_view_literals;
namespace prisma = migration_guard::prisma;
namespace guard_system = migration_guard::system;

void demand(bool condition, const char* what) {
    if (!condition) {
        std::cerr << "image_fuzzer: " << what << '\n';
        std::abort();
    }
}

void read_dotenv(std::string_view text) {
    const auto parsed = prisma::parse_dotenv(text);
    for (const auto& [name, value] : parsed) {
        demand(!name.empty(), "a variable has no name");
        demand(name.find_first_of("= \t\n#'\"") == std::string::npos, "a name holds a separator");
        demand(value.size() <= text.size(), "a value is longer than its file");
    }
    demand(prisma::expand_dotenv(parsed, {{"A", "${B}"}, {"B", "b"}}).size() == parsed.size(), "expansion loses names");
}

void read_config(std::string_view text) {
    const prisma::Environment environment{{"DATABASE_URL", "x"}};
    const auto config = prisma::read_config_literals(text, {"/app", "/app", &environment});
    for (const auto* value :
         {&config.schema, &config.migrations_path, &config.engine, &config.url, &config.direct_url}) {
        const bool named =
            value->kind == prisma::ConfigValue::Kind::text || value->kind == prisma::ConfigValue::Kind::variable;
        demand(named || value->text.empty(), "a computed value has a text");
    }
}

void compare_names(std::string_view text) {
    const auto cut = text.find('/');
    const std::string left(text.substr(0, cut));
    const std::string right(cut == std::string_view::npos ? ""sv : text.substr(cut + 1));
    const bool less = prisma::locale_less(left, right);
    const bool greater = prisma::locale_less(right, left);
    demand(left == right ? !less && !greater : less != greater, "the order is not total");
    if (!migration_guard::is_utf8(left) || !migration_guard::is_utf8(right)) return;  // bytes may join to a character
    demand(!(prisma::collation_key(left + right) < prisma::collation_key(left)), "a prefix sorts behind its word");
}

void read_script(std::string_view text) {
    const auto sums = prisma::checksums_of(text);
    demand(migration_guard::matches(sums, sums.as_is) && migration_guard::matches(sums, sums.lf) &&
               migration_guard::matches(sums, sums.crlf),
           "a script does not match its own checksum");
    static_cast<void>(prisma::locked_provider(text));
    static_cast<void>(prisma::parse_version(std::string(text)));
}

void read_state(std::string_view text) {
    const auto state = guard_system::from_record(text);
    if (!state) return;
    demand(migration_guard::is_utf8(state->phase) && migration_guard::is_utf8(state->detail), "a state is not UTF-8");
    demand(state->detail.find('\n') == std::string::npos, "a state has two lines");
    const auto again = guard_system::from_record(guard_system::to_record(*state));
    demand(again && again->pid == state->pid && again->probed == state->probed, "a state does not come back");
}

void read_lines(std::string_view text) {
    std::size_t bytes = 0;
    guard_system::LineReader reader([&bytes](std::string_view line) {
        demand(!line.empty() && line.size() <= guard_system::LineReader::longest_line, "a line is too long or empty");
        demand(line.find_first_of("\r\n") == std::string_view::npos, "a line has a line end");
        bytes += line.size();
    });
    for (std::size_t at = 0; at < text.size(); at += 1 + at % 97) reader.feed(text.substr(at, 1 + at % 97));
    reader.finish();
    demand(bytes <= text.size(), "more comes out than went in");
    static_cast<void>(guard_system::http_status(std::string(text)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
    switch (data[0] % 6) {
        case 0:
            read_dotenv(text);
            break;
        case 1:
            read_config(text);
            break;
        case 2:
            compare_names(text);
            break;
        case 3:
            read_script(text);
            break;
        case 4:
            read_state(text);
            break;
        default:
            read_lines(text);
            break;
    }
    return 0;
}

// Any bytes as what a server or the CLI says, on their way into the log: the line is short, whole, valid and without
// the password.

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "log/line.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == '\x7F';
}

void check_line(const std::string& line) {
    require(migration_guard::is_utf8(line));
    require(line.size() <= migration_guard::log::longest_line);
    require(std::ranges::count(line, '\n') == 1 && line.ends_with('\n'));
    require(std::ranges::none_of(line, is_control) && line.find('\t') == std::string::npos);
    require(line.find("hush-hush-hush") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    migration_guard::Secrets secrets;
    secrets.add("hush-hush-hush");
    const auto cleaned = migration_guard::clean(text);
    const auto masked = secrets.mask(cleaned);
    require(migration_guard::is_utf8(cleaned) && std::ranges::none_of(cleaned, is_control));
    const auto replaced = migration_guard::replace_invalid_utf8(text);
    require(migration_guard::is_utf8(replaced) && (replaced == text) == migration_guard::is_utf8(text));
    const migration_guard::log::Line line{.level = migration_guard::Level::warn,
                                          .elapsed = migration_guard::Duration(1),
                                          .phase = masked.substr(0, 20),
                                          .text = masked,
                                          .fields = {{"cause", masked}, {"remedy", masked}}};
    check_line(text_line(line));
    check_line(json_line(line));
    return 0;
}

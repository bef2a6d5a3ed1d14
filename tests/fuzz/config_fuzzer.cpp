// Any bytes as a configuration file (the first one chooses: JSON section, JSON top level, YAML, or a single value): it
// is read, with every entry where it says it stands, or refused by a Failure 78 in one line. What is stored can be
// shown.

#include "base/failure.hpp"
#include "base/text.hpp"
#include "config/document.hpp"
#include "config/option.hpp"
#include "config/show.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace config = migration_guard::config;
using migration_guard::Failure;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_one_line(const std::string& text) {
    return migration_guard::is_utf8(text) && text.find_first_of("\n\r\0") == std::string::npos;
}

/// The byte at `position`, 0 when there is none.
char byte_at(std::string_view text, config::Position position) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto here = config::position_of(text, at);
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && here.line == position.line && here.column == position.column) return text[at];
    }
    return '\0';
}

config::Loaded stored(const std::vector<config::Entry>& entries) {
    config::Loaded loaded;
    for (const auto& option : config::options())
        loaded.origins.push_back({std::string(option.key), config::Source::default_value, ""});
    for (const auto& entry : entries) {
        require(entry.key_at.line > 0 && entry.key_at.column > 0 && entry.value_at.line > 0);
        const auto* const option = config::option_of_key(entry.key);
        if (option == nullptr) continue;
        const auto problem = store(loaded.settings, *option, entry.value);
        if (problem) require(is_one_line(problem->what) && !problem->what.empty());
    }
    return loaded;
}

void check_shown(const config::Loaded& loaded) {
    require(migration_guard::is_utf8(config::show_text(loaded)));
    require(migration_guard::is_utf8(config::show_json(loaded)));
}

void read_json(std::string_view text, std::string_view section_name) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    const auto section = config::read_json(text, "f", section_name);
    if (!section) return;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto decoded = migration_guard::replace_invalid_utf8(text);
    for (const auto& entry : section->entries) require(byte_at(decoded, entry.key_at) == '"');
    check_shown(stored(section->entries));
}

/// The text as the value of every option: what is accepted is written back as it was understood.
void read_values(std::string_view text) {
    config::Loaded loaded = stored({});
    for (const auto& option : config::options()) {
        if (store(loaded.settings, option, value_of_text(option, text))) continue;
        const auto written = value_text(loaded.settings, option);
        if (!written) continue;
        migration_guard::Settings again;
        require(!store(again, option, value_of_text(option, *written)));
        require(value_text(again, option) == written);
    }
    check_shown(loaded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        switch (data[0]) {
            case 's':
                read_json(text, "x-migration-guard");
                break;
            case 't':
                read_json(text, "");
                break;
            case 'y':
                check_shown(stored(config::read_yaml(std::string(text), "f")));
                break;
            default:
                read_values(text);
        }
    } catch (const Failure& failure) {
        require(failure.code == migration_guard::ExitCode::config_invalid);
        require(is_one_line(failure.what()) && is_one_line(failure.hint) && !failure.hint.empty());
    }
    return 0;
}

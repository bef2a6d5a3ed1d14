#include "config/help.hpp"

#include "base/exit_code.hpp"
#include "base/version.hpp"
#include "config/own_flags.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::config {
namespace {

constexpr std::size_t columns = 100;

/// Markdown's backticks say nothing in a terminal.
std::string plain(std::string_view markdown) {
    std::string text(markdown);
    std::erase(text, '`');
    return text;
}

/// Characters, not bytes: our own texts hold … here and there.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// `text` broken at blanks, each line indented.
std::string paragraph(std::string_view text, std::size_t indent) {
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (used == 0 || used + 1 + width(word) > columns) {
            out.append(used == 0 ? "" : "\n").append(indent, ' ').append(word);
            used = indent + width(word);
        } else {
            out.append(" ").append(word);
            used += 1 + width(word);
        }
    }
    return out + "\n";
}

std::string usage_line(const SubcommandEntry& entry) {
    const bool is_default = entry.subcommand == Subcommand::run;
    return fmt::format("migration-guard {} [OPTIONS]{}{}", is_default ? "[run]" : entry.name,
                       entry.arguments.empty() ? "" : " ", entry.arguments);
}

std::string flag_help(const OwnFlag& flag) {
    return fmt::format("  --{}{}{}\n{}", flag.name, flag.argument.empty() ? "" : " ", flag.argument,
                       paragraph(plain(flag.meaning), 6));
}

std::string option_help(const Option& option) {
    return fmt::format(
        "  --{} {}\n{}{}", flag_name(option.key), placeholder(option), paragraph(plain(option.meaning), 6),
        paragraph(fmt::format("[default: {}; {}]", plain(default_text(option)), variable_name(option.key)), 6));
}

std::string exit_code_list() {
    constexpr std::size_t indent = 30;
    std::string out;
    for (const auto& entry : exit_codes()) {
        const std::string cause = paragraph(plain(entry.cause), indent);
        out += fmt::format("  {:>5}  {:<21}{}", number(entry.code), entry.name, cause.substr(indent));
    }
    return out + fmt::format("  {:>5}  {:<21}{}\n", "128+n", "", "ended by signal n before the app was started");
}

}  // namespace

std::string help_text() {
    std::string out = "migration-guard starts a Prisma app only on a database that it fits.\n\n";
    for (const auto& entry : subcommands)
        out += fmt::format("  {}\n{}", usage_line(entry), paragraph(plain(entry.meaning), 6));
    out += "\n  migration-guard SUBCOMMAND --help lists its options; migration-guard --version\n\nExit codes\n";
    return out + exit_code_list();
}

std::string help_text(Subcommand subcommand) {
    const auto& entry = *std::ranges::find(subcommands, subcommand, &SubcommandEntry::subcommand);
    std::string out = fmt::format("{}\n\n{}\n", usage_line(entry), paragraph(plain(entry.meaning), 2));
    for (const auto& flag : own_flags)
        if (flag.subcommands.contain(subcommand)) out += flag_help(flag);
    out += "\n" + paragraph(
                      "Options, each as a flag, as an environment variable, or as a key in captain-definition "
                      "(under x-migration-guard) or migration-guard.yaml:",
                      0);
    for (const auto& option : options())
        if (option.concerned.contain(subcommand)) out += option_help(option);
    return out;
}

std::string help_text(const CommandLine& line) {
    return line.named ? help_text(line.subcommand) : help_text();
}

std::string version_text() {
    return fmt::format("migration-guard {}\n", version());
}

}  // namespace migration_guard::config

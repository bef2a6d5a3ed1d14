// What the CLI says, line by line: into the log, and the gist of its error into one line.
//
// Not a judgement: the ledger decides. Keeps true: credentials are masked before anything is cut or logged, and a CLI
// that floods its output cannot flood the log.
#pragma once

#include "base/secrets.hpp"
#include "guard/ports.hpp"
#include "guard/process_port.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::prisma {

class CliOutput {
public:
    CliOutput(const Secrets& secrets, Journal& journal) : secrets_(secrets), journal_(journal) {}

    void line(Stream stream, std::string_view raw);

    /// "P3018 A migration failed to apply. …", at most 600 bytes; its last words on standard error when none of them
    /// begins like an error; empty when it said nothing there.
    [[nodiscard]] std::string error() const;
    /// "Migration name: X" of a P3018, else empty.
    [[nodiscard]] const std::string& failed_migration() const { return failed_migration_; }
    /// What to do about an error that has nothing to do with the database; empty when it is not known.
    [[nodiscard]] std::string hint() const;

private:
    void keep(const std::string& text, bool of_error);

    const Secrets& secrets_;
    Journal& journal_;
    std::vector<std::string> error_lines_;
    std::deque<std::string> last_lines_;
    std::string failed_migration_;
    std::size_t lines_ = 0;
};

}  // namespace migration_guard::prisma

// schema.prisma of hostile content: parse_psl either reads it or throws PslError, and read_datasource agrees with it.

#include "base/text.hpp"
#include "psl/psl.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace {

using migration_guard::Datasource;
using migration_guard::PslDocument;
using migration_guard::PslError;
using migration_guard::PslFile;

void demand(bool condition, const char* what) {
    if (!condition) {
        std::cerr << "psl_fuzzer: " << what << '\n';
        std::abort();
    }
}

bool same(const std::optional<Datasource>& a, const std::optional<Datasource>& b) {
    if (!a || !b) {
        return !a && !b;
    }
    return a->name == b->name && a->provider == b->provider && a->url.variable == b->url.variable &&
           a->url.literal == b->url.literal && a->direct_url.variable == b->direct_url.variable &&
           a->direct_url.literal == b->direct_url.literal && a->schemas == b->schemas &&
           a->relation_mode_prisma == b->relation_mode_prisma;
}

void check(const PslDocument& document) {
    for (const auto& table : document.declared.tables) {
        demand(table.name.size() <= 63, "a table's name is longer than the server keeps");
        demand(migration_guard::is_utf8(table.name), "a table's name is not UTF-8");
        for (const auto& column : table.columns) {
            demand(column.name.size() <= 63, "a column's name is longer than the server keeps");
            demand(migration_guard::is_utf8(column.name), "a column's name is not UTF-8");
        }
    }
}

void check(const PslError& error) {
    demand(error.line > 0 && error.column > 0, "an error without a place");
    demand(error.excerpt.find('\n') != std::string::npos && error.excerpt.back() == '^', "an error without a caret");
    demand(error.excerpt.size() < 2048, "an excerpt without a bound");
    demand(migration_guard::is_utf8(error.excerpt), "an excerpt that is not UTF-8");
}

}  // namespace

// An input may be several files: they are parted by a zero byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string input(bytes, bytes + size);
    std::vector<PslFile> files;
    for (std::size_t at = 0; at <= input.size();) {
        const std::size_t end = std::min(input.find('\0', at), input.size());
        files.push_back({"file" + std::to_string(files.size()) + ".prisma", input.substr(at, end - at)});
        at = end + 1;
    }
    const auto tolerant = migration_guard::read_datasource(files);
    try {
        const PslDocument document = migration_guard::parse_psl(files);
        check(document);
        // The tolerant reader looks into blocks of unknown kind as well, which the parser warns of.
        demand(!document.warnings.empty() || same(document.datasource, tolerant),
               "the tolerant reader sees another datasource");
    } catch (const PslError& error) {
        check(error);
    }
    return 0;
}

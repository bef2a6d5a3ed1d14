#include "psl/psl.hpp"

#include "psl/config_blocks.hpp"
#include "psl/join_tables.hpp"
#include "psl/names.hpp"
#include "psl/parse_file.hpp"
#include "psl/tables.hpp"
#include "psl/warnings.hpp"

#include <algorithm>
#include <deque>
#include <iterator>

namespace migration_guard::psl {

namespace {

void add_datasource(PslDocument& document, const Source& source, const Block& block, Warnings& warnings) {
    if (document.datasource) {
        warnings.add(source, block.header, "there is more than one datasource; the first counts");
    } else {
        document.datasource = make_datasource(source, block.name, block.settings);
    }
}

void add_preview_features(PslDocument& document, const Block& generator) {
    for (std::string& feature : preview_features(generator)) {
        document.preview_features.push_back(std::move(feature));
    }
}

void read_config_blocks(PslDocument& document, const ParsedFile& file, Warnings& warnings) {
    for (const Block& block : file.blocks) {
        if (block.kind == BlockKind::datasource) {
            add_datasource(document, *file.source, block, warnings);
        } else if (block.kind == BlockKind::generator) {
            add_preview_features(document, block);
        } else if (block.kind == BlockKind::unknown) {
            warnings.add(*file.source, block.header,
                         "unknown block '" + std::string(block.header.substr(0, block.header.find_first_of(" \t"))) +
                             "', passed over");
        }
    }
}

}  // namespace

}  // namespace migration_guard::psl

namespace migration_guard {

PslDocument parse_psl(const std::vector<PslFile>& files) {
    std::deque<psl::Source> sources;  // a Source never moves
    std::vector<psl::ParsedFile> parsed;
    parsed.reserve(files.size());
    for (const PslFile& file : files) {
        parsed.push_back(psl::parse_file(sources.emplace_back(file)));
    }
    PslDocument document;
    psl::Warnings warnings;
    for (const psl::ParsedFile& file : parsed) {
        psl::read_config_blocks(document, file, warnings);
    }
    const psl::Names names(parsed, warnings);
    DeclaredSchema& declared = document.declared;
    declared.tables = psl::declare_tables(names, warnings);
    std::vector<DeclaredTable> join_tables = psl::declare_join_tables(names);
    std::move(join_tables.begin(), join_tables.end(), std::back_inserter(declared.tables));
    declared.enums = psl::declare_enums(names, declared.tables, warnings);
    document.warnings = warnings.take();
    return document;
}

}  // namespace migration_guard

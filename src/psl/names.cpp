#include "psl/names.hpp"

#include "psl/types.hpp"
#include "schema/declared.hpp"

namespace migration_guard::psl {

namespace {

bool has_name(const Block& block) {
    return block.kind == BlockKind::model || block.kind == BlockKind::view || block.kind == BlockKind::composite ||
           block.kind == BlockKind::enumeration;
}

TypeKind kind_of(BlockKind block) {
    switch (block) {
        case BlockKind::enumeration:
            return TypeKind::enumeration;
        case BlockKind::composite:
            return TypeKind::composite;
        case BlockKind::model:
        case BlockKind::view:
            return TypeKind::model;
        default:
            return TypeKind::unknown;
    }
}

}  // namespace

Names::Names(const std::vector<ParsedFile>& files, Warnings& warnings) {
    for (const ParsedFile& file : files) {
        for (const Block& block : file.blocks) {
            if (has_name(block)) {
                add(file, block, warnings);
            }
        }
    }
}

void Names::add(const ParsedFile& file, const Block& block, Warnings& warnings) {
    if (!index_.emplace(block.name, all_.size()).second) {
        warnings.add(*file.source, block.header, "there is more than one '" + std::string(block.name) + "'");
        return;
    }
    all_.push_back({file.source, &block, mapped_name(block.attributes, "schema", {}),
                    mapped_name(block.attributes, "map", block.name)});
}

TypeReference Names::type(std::string_view name) const {
    if (is_scalar(name)) {
        return {TypeKind::scalar, nullptr};
    }
    const auto found = index_.find(name);
    if (found == index_.end()) {
        return {};
    }
    const Named& target = all_[found->second];
    return {kind_of(target.block->kind), &target};
}

std::string given_name(const std::vector<Attribute>& attributes, std::string_view attribute,
                       std::string_view fallback) {
    const Attribute* map = find_attribute(attributes, attribute);
    const auto given = map == nullptr ? std::nullopt : string_of(find_argument(map->arguments, "name"));
    return given.value_or(std::string(fallback));
}

std::string mapped_name(const std::vector<Attribute>& attributes, std::string_view attribute,
                        std::string_view fallback) {
    return truncate_identifier(given_name(attributes, attribute, fallback));
}

}  // namespace migration_guard::psl

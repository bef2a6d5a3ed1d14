#include "guard/never_created.hpp"

#include "base/text.hpp"
#include "guard/scripts.hpp"
#include "schema/compare.hpp"
#include "schema/origins.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

class Search {
public:
    Search(const Bundle& bundle, const NeverCreatedOptions& options)
        : options_(options), origins_(read_scripts(bundle), options.schema.value_or("public")) {}

    SchemaFindings find(const DeclaredSchema& declared) {
        findings_.warnings = warnings_of(origins_.scripts());
        for (const auto& table : declared.tables) look_for(declared, DeclaredSchema{{table}, {}}, table.schema);
        for (const auto& declared_enum : declared.enums)
            look_for(declared, DeclaredSchema{{}, {declared_enum}}, declared_enum.schema);
        return std::move(findings_);
    }

private:
    /// Where it is missed least: with a schema that is not known an object without one counts as created when the
    /// scripts create it in any.
    void look_for(const DeclaredSchema& declared, const DeclaredSchema& one, const std::string& schema) {
        auto missed = origins_.not_created(one);
        if (!options_.schema && schema.empty()) {
            for (const auto& candidate : origins_.schemas()) {
                if (missed.empty()) return;
                auto there = origins_.not_created(placed(one, candidate));
                if (weight(there) < weight(missed)) missed = std::move(there);
            }
        }
        for (const auto& object : missed) add(object, declared);
    }

    static DeclaredSchema placed(DeclaredSchema one, const std::string& schema) {
        for (auto& table : one.tables) table.schema = schema;
        for (auto& declared_enum : one.enums) declared_enum.schema = schema;
        return one;
    }

    /// A whole table or enum is more than any number of its members.
    static std::size_t weight(const std::vector<NotCreated>& missed) {
        const bool whole = missed.size() == 1 && missed.front().object.member.empty();
        return whole ? static_cast<std::size_t>(-1) : missed.size();
    }

    void add(const NotCreated& missed, const DeclaredSchema& declared) {
        auto object = missed.object;
        if (object.schema.empty()) object.schema = origins_.default_schema();
        if (is_ignored(object)) return;
        Missing entry;
        entry.kind = word(object.kind);
        entry.object = text_of(object, origins_.default_schema());
        entry.model = missed.model;
        if (!missed.field.empty()) entry.field = missed.field;
        entry.declared_external = options_.external.covers(object);
        if (missed.removed_by.empty() && (entry.declared_external || !is_ours(missed.object))) {
            entry.need = Missing::Need::external;
            findings_.warnings.push_back({"external", entry.object,
                                          fmt::format("{} {} is created by no bundled migration: {}", entry.kind,
                                                      entry.object, why_external(entry))});
            return;
        }
        entry.removed_by = missed.removed_by;
        entry.once_created_by = missed.created_by;
        if (missed.removed_by.empty()) note_folded(entry, origins_, object, declared);
        findings_.missing.push_back(std::move(entry));
    }

    [[nodiscard]] bool is_ignored(const ScriptObject& object) const {
        return std::ranges::any_of(options_.ignored, [&](const ObjectPattern& pattern) {
            return pattern.covers(object.schema, object.object) ||
                   (!object.member.empty() && pattern.covers(object.schema, object.object, object.member));
        });
    }

    /// Without a schema that is known, any that the scripts create things in may be the connection's.
    [[nodiscard]] bool is_ours(const ScriptObject& object) const {
        const bool unknown = !options_.schema && object.schema.empty();
        return unknown || origins_.touches(object.schema);
    }

    const NeverCreatedOptions& options_;
    Origins origins_;
    SchemaFindings findings_;
};

}  // namespace

SchemaFindings never_created(const Bundle& bundle, const DeclaredSchema& declared, const NeverCreatedOptions& options) {
    return Search(bundle, options).find(declared);
}

Words words_for_never_created(const std::vector<const Missing*>& missing) {
    std::vector<std::string> names;
    names.reserve(missing.size());
    std::size_t removed = 0;
    const Missing* folded = nullptr;
    for (const auto* object : missing) {
        names.push_back(object->kind + " " + object->object);
        if (!object->folded.empty()) {
            names.back() += " (" + words_for_folded(*object, object->folded_by) + ")";
            folded = folded == nullptr ? object : folded;
        }
        if (object->removed_by.empty()) continue;
        ++removed;
        names.back() += " (" + words_for_removal(object->once_created_by, object->removed_by) + ")";
    }
    const bool one = missing.size() == 1;
    const std::string objects = (one ? "1 object" : std::to_string(missing.size()) + " objects") +
                                " of schema.prisma " + (one ? "is " : "are ");
    const auto how = removed == 0 ? "created by no bundled migration: " : "not there when all bundled migrations ran: ";
    const auto said = objects + how + join(names, 5);
    if (removed == missing.size()) return {said, remedy_for_removal()};
    if (folded != nullptr) return {said, folded->folded_mend + (one ? "" : "; then check again")};
    return {said,
            "create the migration that was never made: prisma migrate dev --name NAME (db push makes none), and commit "
            "it"};
}

}  // namespace migration_guard

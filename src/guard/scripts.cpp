#include "guard/scripts.hpp"

#include "schema/folded.hpp"
#include "sql/read_script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {

std::vector<NamedScript> read_scripts(const Bundle& bundle) {
    std::vector<NamedScript> scripts;
    for (const auto& migration : bundle.migrations) scripts.emplace_back(migration.name, read_script(migration.script));
    return scripts;
}

std::vector<NamedScript> read_scripts(const Bundle& bundle, const std::vector<std::string>& names) {
    std::vector<NamedScript> scripts;
    for (const auto& migration : bundle.migrations) {
        if (std::ranges::find(names, migration.name) != names.end()) {
            scripts.emplace_back(migration.name, read_script(migration.script));
        }
    }
    note_calls(scripts);
    return scripts;
}

void note_folded(Missing& entry, const Origins& origins, const ScriptObject& object, const DeclaredSchema& declared) {
    auto folded = find_folded(origins, object, declared);
    if (!folded) return;
    entry.folded = std::move(folded->object);
    entry.folded_by = std::move(folded->created_by);
    entry.folded_mend = std::move(folded->mend);
}

std::vector<Warning> warnings_of(const std::vector<NamedScript>& scripts) {
    std::vector<Warning> warnings;
    for (const auto& [name, script] : scripts) {
        if (script.parsed) continue;
        warnings.push_back({"readTolerantly", name,
                            fmt::format("the script of {} was read word by word, since the parser (PostgreSQL 15's) "
                                        "refuses it: {}; what it creates may be told wrongly",
                                        name, script.parse_error)});
    }
    return warnings;
}

}  // namespace migration_guard

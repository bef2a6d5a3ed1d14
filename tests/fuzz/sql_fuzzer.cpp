// Migration scripts of hostile content: the readers come back, and what they say holds together.

#include "base/text.hpp"
#include "schema/baseline.hpp"
#include "schema/origins.hpp"
#include "schema/script_collisions.hpp"
#include "sql/read_script.hpp"
#include "sql/split_statements.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace {

using namespace std::string_view_literals;
using migration_guard::Catalogue;
using migration_guard::NamedScript;
using migration_guard::ScriptEffects;

void demand(bool condition, std::string_view what) {
    if (!condition) {
        std::cerr << "sql_fuzzer: " << what << '\n';
        std::abort();
    }
}

void check_statements(std::string_view script, const std::vector<std::string_view>& statements) {
    const char* at = script.data();
    for (const auto statement : statements) {
        demand(!statement.empty(), "an empty statement"sv);
        demand(statement.data() >= at && statement.data() + statement.size() <= script.data() + script.size(),
               "a statement out of place"sv);
        at = statement.data() + statement.size();
    }
}

void check_effects(const ScriptEffects& script) {
    for (const auto& effect : script.effects) {
        demand(effect.object.size() <= 63, "a name is longer than the server keeps"sv);
        demand(!effect.schema_unknown || effect.schema.empty(), "a schema both known and unknown"sv);
    }
    demand(script.parsed == script.parse_error.empty(), "refused without a reason, or the other way round"sv);
    demand(script.parse_error.find('\n') == std::string::npos, "a reason of several lines"sv);
}

/// An input may be several scripts: they are parted by a zero byte.
std::vector<std::string> scripts_in(const std::string& input) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= input.size();) {
        const std::size_t end = std::min(input.find('\0', at), input.size());
        out.push_back(input.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string input(bytes, bytes + size);
    const auto whole = migration_guard::read_script(input);
    check_effects(whole);
    const auto statements = migration_guard::split_statements(input);
    check_statements(input, statements);
    demand(whole.statements == statements.size(), "two counts of statements");

    std::vector<NamedScript> scripts;
    for (const auto& script : scripts_in(input)) {
        scripts.emplace_back(std::to_string(scripts.size()), migration_guard::read_script(script));
        demand(migration_guard::read_script_tolerantly(script).statements == scripts.back().second.statements,
               "the readers count differently");
    }
    const migration_guard::Origins origins(scripts, "public");
    std::vector<std::string> names;
    for (const auto& [name, script] : scripts) names.push_back(name);
    std::vector<migration_guard::ScriptObject> objects;
    for (const auto& [name, script] : scripts)
        for (const auto& effect : script.effects)
            objects.push_back({effect.member.empty() ? migration_guard::ScriptObject::Kind::table
                                                     : migration_guard::ScriptObject::Kind::column,
                               effect.schema, effect.object, effect.member});
    for (const auto& object : objects) static_cast<void>(origins.find(object));
    demand(origins.created_by_pending(names, objects).size() == objects.size(), "an answer is missing");
    demand(migration_guard::collisions(scripts, "public", Catalogue{}).empty(), "a collision with an empty database");
    demand(migration_guard::prove_baseline(scripts, "public", Catalogue{}).steps.size() == scripts.size(),
           "a migration without a standing");
    return 0;
}

#include "psl/config_blocks.hpp"

namespace migration_guard::psl {

namespace {

const Value* find_setting(const std::vector<Setting>& settings, std::string_view name) {
    for (const Setting& setting : settings) {
        if (setting.name == name && !setting.values.empty()) {
            return &setting.values.front().value;
        }
    }
    return nullptr;
}

/// env("X") or a string.
PslUrl url_of(const Value* value) {
    PslUrl url;
    if (value != nullptr && value->kind == Value::Kind::call && value->text == "env") {
        url.variable = string_of(find_argument(value->items, "name")).value_or("");
    } else {
        url.literal = string_of(value).value_or("");
    }
    return url;
}

}  // namespace

Datasource make_datasource(const Source& source, std::string_view name, const std::vector<Setting>& settings) {
    const auto text = [&](std::string_view key) { return string_of(find_setting(settings, key)).value_or(""); };
    Datasource made;
    made.path = source.path();
    made.name = name;
    made.provider = text("provider");
    made.url = url_of(find_setting(settings, "url"));
    made.direct_url = url_of(find_setting(settings, "directUrl"));
    made.schemas = strings_of(find_setting(settings, "schemas"));
    made.relation_mode_prisma = text("relationMode") == "prisma" || text("referentialIntegrity") == "prisma";
    return made;
}

std::vector<std::string> preview_features(const Block& generator) {
    return strings_of(find_setting(generator.settings, "previewFeatures"));
}

}  // namespace migration_guard::psl

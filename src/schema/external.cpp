#include "schema/external.hpp"

#include <algorithm>

namespace migration_guard {

bool ExternalObjects::covers(const ScriptObject& object) const {
    using Kind = ScriptObject::Kind;
    const bool is_enum = object.kind == Kind::enumeration || object.kind == Kind::enum_value;
    const auto& listed = is_enum ? enums : tables;
    return std::ranges::find(listed, object.schema + "." + object.object) != listed.end();
}

}  // namespace migration_guard

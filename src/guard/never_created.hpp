// Declared objects that no bundled script creates, told without a database.
//
// Not what a database lacks (schema_check.hpp). Keeps true: the levels are those of the check with a database, so that
// an image that would start is not refused here: what others make (other schemas, external tables) is a warning.
#pragma once

#include "guard/schema_check.hpp"
#include "schema/declared.hpp"
#include "schema/external.hpp"

#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

struct NeverCreatedOptions {
    std::optional<std::string> schema;   ///< of the connection. None: not known, so that it may be any of the scripts'
    std::vector<ObjectPattern> ignored;  ///< ignoreObjects
    ExternalObjects external;            ///< of the config file
};

/// `missing` has what is needed (Missing::Need::needed); `warnings` what is external, and scripts read tolerantly.
SchemaFindings never_created(const Bundle& bundle, const DeclaredSchema& declared, const NeverCreatedOptions& options);

Words words_for_never_created(const std::vector<const Missing*>& missing);

}  // namespace migration_guard

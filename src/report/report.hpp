// What was found out, for machines (JSON) and for people (one screen of text).
//
// Not the findings themselves (guard/outcome.hpp) nor their sentences (ledger/wording.hpp).
// Keeps true: the JSON has every key of docs/json.md in every case, null or empty where nothing was reached; each
// string passes `secrets` before it becomes part of the document, so that no mask can damage it.
#pragma once

#include "base/secrets.hpp"
#include "guard/diagnosis.hpp"
#include "guard/outcome.hpp"

#include <string>

namespace migration_guard::report {

/// `check --json`, `migrate --json`, and what failureCommand reads. Ends in a newline.
std::string to_json(const Outcome& outcome, const Secrets& secrets = {});

/// Verdict, migrations that are not simply applied, missing objects, warnings, remedy. At most some 60 lines of at most
/// 400 bytes, no control characters. Ends in a newline.
std::string to_text(const Outcome& outcome, const Secrets& secrets = {});

/// The four phases of an incident on one screen: declared, recorded, there, what to type next; then the log's errors.
std::string to_text(const Diagnosis& diagnosis);

/// The check's JSON with "causes", "activity" and "logs" beside it; exitCode and verdict are the diagnosis's.
std::string to_json(const Diagnosis& diagnosis, const Secrets& secrets = {});

}  // namespace migration_guard::report

// A failure that nobody below main can cure: thrown once, where it is understood, and caught only in main.
//
// It is not for outcomes that a caller branches on (those are values), nor for faults of the guard itself
// (those are ordinary exceptions, which main turns into exit code 70).
// Keeps true: a Failure always has a code of its own, one line that says what is wrong, and one that says what to do.
#pragma once

#include "base/exit_code.hpp"

#include <stdexcept>
#include <string>

namespace migration_guard {

class Failure : public std::runtime_error {
public:
    /// `message`: one line, lower case, no full stop, no secret. `hint`: what to type or change; the guard's own
    /// command first, Prisma's second.
    Failure(ExitCode failure_code, const std::string& message, std::string remedy)
        : std::runtime_error(message), code(failure_code), hint(std::move(remedy)) {}

    ExitCode code;
    std::string hint;
};

}  // namespace migration_guard

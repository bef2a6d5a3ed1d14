// The start line, held back until something else is said: a start with nothing pending is one line in the log, and
// every other start begins with who, where and how.
//
// A Journal in front of the real one. Keeps true: the start line is never lost; it stands before whatever else is said.
#pragma once

#include "guard/ports.hpp"

#include <string>
#include <utility>
#include <vector>

namespace migration_guard {

class StartLine : public Journal {
public:
    explicit StartLine(Journal& journal) : journal_(journal) {}

    void hold(std::vector<Field> fields) { held_ = std::move(fields); }

    void event(Level level, const std::string& phase, const std::string& text,
               const std::vector<Field>& fields) override {
        if (level != Level::debug) flush();
        journal_.event(level, phase, text, fields);
    }
    void state(const std::string& phase, const std::string& detail) override { journal_.state(phase, detail); }

    /// The line that says all is well, with the start line's fields when they have not been said yet.
    void ready(const std::string& text, std::vector<Field> fields) {
        fields.insert(fields.end(), held_.begin(), held_.end());
        held_.clear();
        journal_.event(Level::info, "ready", text, fields);
    }

private:
    void flush() {
        if (held_.empty()) return;
        const auto fields = std::exchange(held_, {});
        journal_.event(Level::info, "start", "", fields);
    }

    Journal& journal_;
    std::vector<Field> held_;
};

}  // namespace migration_guard

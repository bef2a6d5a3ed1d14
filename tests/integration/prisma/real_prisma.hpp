// The real Prisma CLIs (scripts/install-prisma) beside a project on disk.
//
// Keeps true: without them a test is skipped loudly, and fails where the environment has CI set.
#pragma once

#include "prisma/project.hpp"
#include "support/image.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace migration_guard::test {

inline std::filesystem::path source_root() {
    return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

inline std::filesystem::path installed(const std::string& what) {
    return source_root() / "build" / "prisma" / what;
}

/// node in PATH, as the tests' own tools use it.
inline std::string path_variable() {
    const char* const path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
    return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
}

inline bool in_ci() {
    return std::getenv("CI") != nullptr;
}  // NOLINT(concurrency-mt-unsafe)

/// A project with the node_modules of one major.
class RealPrisma : public testing::Test {
protected:
    void use(const std::string& major) {
        const auto modules = installed(major) / "node_modules";
        if (!std::filesystem::exists(modules / "prisma")) return missing(modules.string());
        image.link("app/node_modules", modules);
        environment["PATH"] = path_variable();
        environment["HOME"] = image.path().string();
        environment["PRISMA_SCHEMA_ENGINE_BINARY"] = (installed("engine") / "schema-engine.mjs").string();
    }
    /// Call behind use(): true when the test cannot go on.
    [[nodiscard]] bool absent() const { return absent_; }

    Image image;
    Settings settings;
    prisma::Environment environment;

private:
    void missing(const std::string& what) {
        absent_ = true;
        if (in_ci()) FAIL() << what << " is not installed: run scripts/install-prisma";
        GTEST_SKIP() << what << " is not installed: run scripts/install-prisma";
    }
    bool absent_ = false;
};

}  // namespace migration_guard::test

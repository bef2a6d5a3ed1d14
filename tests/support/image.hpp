// A directory tree in the place of an image: files written in one line each, removed at the end of the test.
#pragma once

#include <sys/statvfs.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace migration_guard::test {

class Image {
public:
    Image() {
        std::random_device random;
        root_ = std::filesystem::canonical(fast_folder()) /
                ("guard-image-" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directories(root_);
    }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
    Image(Image&&) = delete;
    Image& operator=(Image&&) = delete;
    ~Image() {
        std::error_code error;
        std::filesystem::remove_all(root_, error);
    }

    [[nodiscard]] std::filesystem::path path(std::string_view relative = "") const { return root_ / relative; }

    Image& file(std::string_view relative, std::string_view content = "") {
        const auto at = root_ / relative;
        std::filesystem::create_directories(at.parent_path());
        std::ofstream(at, std::ios::binary) << content;
        return *this;
    }
    Image& program(std::string_view relative, std::string_view content = "#!/bin/sh\n") {
        file(relative, content);
        std::filesystem::permissions(root_ / relative, std::filesystem::perms::all);
        return *this;
    }
    Image& folder(std::string_view relative) {
        std::filesystem::create_directories(root_ / relative);
        return *this;
    }
    Image& link(std::string_view relative, const std::filesystem::path& target) {
        std::filesystem::create_directories((root_ / relative).parent_path());
        std::filesystem::create_symlink(target, root_ / relative);
        return *this;
    }
    /// node_modules/prisma of that version with its script, @prisma/engines and an engine for this machine.
    Image& cli(std::string_view version, std::string_view below = "") {
        const auto modules = (below.empty() ? std::string() : std::string(below) + "/") + "node_modules/";
        file(modules + "prisma/package.json",
             std::string(R"({"name":"prisma","version":")") + std::string(version) + "\"}");
        file(modules + "prisma/build/index.js", "// the CLI");
        folder(modules + "@prisma/engines");
        for (const auto* engine : {"schema-engine-debian-openssl-3.0.x", "schema-engine-linux-arm64-openssl-3.0.x",
                                   "libquery_engine-debian-openssl-3.0.x.so.node"})
            file(modules + "@prisma/engines/" + engine);
        return *this;
    }

private:
    /// In memory where that is possible: dozens of trees a second. Not in a container, where Docker mounts /dev/shm
    /// noexec.
    static std::filesystem::path fast_folder() {
        const std::filesystem::path memory("/dev/shm");
        struct statvfs mount {};
        const bool runs_programs = ::statvfs(memory.c_str(), &mount) == 0 && (mount.f_flag & ST_NOEXEC) == 0;
        return runs_programs ? memory : std::filesystem::temp_directory_path();
    }

    std::filesystem::path root_;
};

}  // namespace migration_guard::test

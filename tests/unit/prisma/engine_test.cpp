#include "prisma/engine.hpp"

#include "support/image.hpp"

#include <gmock/gmock.h>

namespace migration_guard::prisma {
namespace {

using testing::HasSubstr;

#if defined(__aarch64__)
constexpr const char* glibc = "lib/ld-linux-aarch64.so.1";
constexpr const char* musl = "lib/ld-musl-aarch64.so.1";
constexpr const char* folder = "usr/lib/aarch64-linux-gnu/";
std::string built_for(const std::string& system, const std::string& openssl) {
    return (system == "linux-musl" ? "linux-musl-arm64-openssl-" : "linux-arm64-openssl-") + openssl;
}
#else
constexpr const char* glibc = "lib64/ld-linux-x86-64.so.2";
constexpr const char* musl = "lib/ld-musl-x86_64.so.1";
constexpr const char* folder = "usr/lib/x86_64-linux-gnu/";
std::string built_for(const std::string& system, const std::string& openssl) {
    return system + "-openssl-" + openssl;
}
#endif

class Engine : public testing::Test {
protected:
    Engine() {
        cli.major = 6;
        image.folder(package).folder(engines);
    }
    void checked() {
        cli.problem.clear();
        cli.remedy.clear();
        cli.caution.clear();
        const CliSearch search{{image.path("app")}, {}, &environment};
        check_engine(cli, image.path(package), search, SystemLibraries(environment, image.path()));
    }
    std::string problem() {
        checked();
        EXPECT_EQ(cli.problem.empty(), cli.remedy.empty());
        return cli.problem;
    }
    Engine& engine(const std::string& target) {
        image.file(engines + "/schema-engine-" + target);
        return *this;
    }
    static constexpr const char* package = "app/node_modules/prisma";
    const std::string engines = "app/node_modules/@prisma/engines";
    test::Image image;
    Environment environment;
    Cli cli;
};

TEST_F(Engine, TheOpenSslMustBeThere) {
    image.file(glibc).file(std::string(folder) + "libssl.so.3");
    engine(built_for("debian", "1.1.x"));
    EXPECT_THAT(problem(), HasSubstr("openssl-1.1.x, and this system is glibc on"));
    EXPECT_THAT(problem(), HasSubstr("with libssl.so.3"));
    engine(built_for("rhel", "1.0.x"));
    EXPECT_NE(problem(), "");
    engine(built_for("debian", "3.0.x"));
    checked();
    EXPECT_EQ(cli.problem + cli.caution, "");
}

TEST_F(Engine, WhereTheOpenSslMayStand) {
    image.file(glibc);
    engine(built_for("debian", "1.1.x"));
    for (const auto* place : {"usr/lib/libssl.so.1.1", "usr/local/lib/libssl.so.1.1"}) {
        image.file("lib/libssl.so.3").file(place);
        EXPECT_EQ(problem(), "") << place;
        std::filesystem::remove(image.path(place));
    }
    EXPECT_NE(problem(), "");
    image.file("opt/ssl/libssl.so.1.1");
    environment["LD_LIBRARY_PATH"] = "/nowhere:" + image.path("opt/ssl").string();
    EXPECT_EQ(problem(), "");
    environment.clear();
    image.file("etc/ld.so.cache", std::string("glibc-ld.so.cache1.1\0libssl.so.1.1\0/opt/x/libssl.so.1.1", 54));
    EXPECT_EQ(problem(), "") << "the linker knows it";
}

TEST_F(Engine, WithoutAnyOpenSslNothingIsCertain) {
    image.file(glibc);
    engine(built_for("debian", "3.0.x"));
    EXPECT_EQ(problem(), "");
    EXPECT_THAT(cli.caution, HasSubstr("no libssl was found"));
}

TEST_F(Engine, AlpineWantsItsOwn) {
    image.file(musl).file("usr/lib/libssl.so.3");
    engine(built_for("debian", "3.0.x"));
    EXPECT_THAT(problem(), HasSubstr("this system is musl (Alpine)"));
    engine(built_for("linux-musl", "1.1.x"));
    EXPECT_NE(problem(), "");
    engine(built_for("linux-musl", "3.0.x"));
    EXPECT_EQ(problem(), "");
}

TEST_F(Engine, OthersRunNowhereHereAndUnknownOnesAreLeftToTheCli) {
    image.file(glibc).file("usr/lib/libssl.so.3");
    for (const auto* target : {"windows.exe", "darwin", "freebsd14"}) engine(target);
    EXPECT_NE(problem(), "");
#if !defined(__aarch64__)
    engine("linux-nixos");
    EXPECT_EQ(problem(), "");
#endif
}

TEST_F(Engine, TheCacheCountsWhenItIsOfTheSameCommit) {
    const std::string commit(40, 'c');
    const auto cached = "home/.cache/prisma/master/" + commit + "/" + built_for("debian", "3.0.x") + "/schema-engine";
    image.file(glibc).file("usr/lib/libssl.so.3");
    environment["HOME"] = image.path("home").string();
    image.file("home/.cache/prisma/master/" + std::string(40, 'd') + "/" + built_for("debian", "3.0.x") +
               "/schema-engine");
    EXPECT_EQ(problem(), "") << "without @prisma/engines-version no commit is known, and nothing is certain";
    image.file("app/node_modules/@prisma/engines-version/package.json",
               R"({"name":"@prisma/engines-version","version":"6.19.1-1.)" + commit + "\"}");
    EXPECT_THAT(problem(), HasSubstr("no schema engine in"));
    image.file(cached);
    EXPECT_EQ(problem(), "");
}

}  // namespace
}  // namespace migration_guard::prisma

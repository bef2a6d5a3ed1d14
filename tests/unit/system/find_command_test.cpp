#include "system/find_command.hpp"

#include "base/failure.hpp"
#include "support/image.hpp"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>

namespace migration_guard::system {
namespace {

using test::Image;
using testing::HasSubstr;

class FindCommand : public testing::Test {
protected:
    FindCommand() { environment["PATH"] = image.path("one").string() + ":" + image.path("two").string(); }
    Command find(const std::vector<std::string>& argv) { return find_command(argv, environment); }
    std::pair<int, std::string> refusal(const std::string& name) {
        try {
            find({name});
        } catch (const Failure& failure) {
            EXPECT_FALSE(failure.hint.empty());
            return {number(failure.code), failure.what()};
        }
        return {0, "accepted"};
    }
    Image image;
    Environment environment;
};

TEST_F(FindCommand, FirstExecutableInPath) {
    image.file("one/app", "#!/bin/sh\n").program("two/app");
    EXPECT_EQ(find({"app", "x"}).path, image.path("two/app").string());
    EXPECT_EQ(find({"app", "x"}).argv, (std::vector<std::string>{"app", "x"}));
    image.program("one/app");
    EXPECT_EQ(find({"app"}).path, image.path("one/app").string());
}

TEST_F(FindCommand, WithASlashPathIsNotSearched) {
    image.program("two/app");
    EXPECT_EQ(find({image.path("two/app").string()}).path, image.path("two/app").string());
    EXPECT_EQ(refusal("./app").first, 127);
}

TEST_F(FindCommand, TheUsualPathWhenThereIsNone) {
    environment.clear();
    EXPECT_THAT(find({"sh"}).path, HasSubstr("/sh"));
}

TEST_F(FindCommand, WhatIsNotThereIs127) {
    EXPECT_EQ(refusal("nothing"), std::pair(127, std::string("no nothing in PATH")));
    EXPECT_EQ(refusal("/nowhere/app"), std::pair(127, std::string("/nowhere/app does not exist")));
    EXPECT_EQ(refusal("").first, 127);
    image.folder("one/dir");
    EXPECT_EQ(refusal("dir").first, 127) << "a directory in PATH is no find";
}

TEST_F(FindCommand, WhatCannotRunIs126) {
    image.file("one/plain", "#!/bin/sh\n").folder("dir").program("one/text", "echo hello\n").program("one/empty", "");
    EXPECT_EQ(refusal(image.path("dir").string()).first, 126);
    EXPECT_THAT(refusal(image.path("dir").string()).second, HasSubstr("is a directory"));
    EXPECT_EQ(refusal("plain").first, 126);
    EXPECT_THAT(refusal("plain").second, HasSubstr("is not executable"));
    EXPECT_EQ(refusal("text").first, 126);
    EXPECT_THAT(refusal("text").second, HasSubstr("neither a program nor a script"));
    EXPECT_EQ(refusal("empty").first, 126);
}

TEST_F(FindCommand, InterpretersAreLookedAt) {
    image.program("one/gone", "#!/usr/bin/nothing-there -x\n").program("one/crlf", "#!/bin/sh\r\necho\r\n");
    image.program("one/none", "#!\n").program("one/blank", "#! /bin/sh -e\n");
    EXPECT_EQ(refusal("gone"), std::pair(127, image.path("one/gone").string() +
                                                  " needs /usr/bin/nothing-there, which is not in the image"));
    EXPECT_EQ(refusal("crlf").first, 127);
    EXPECT_THAT(refusal("crlf").second, HasSubstr("carriage return"));
    EXPECT_EQ(refusal("none").first, 126);
    EXPECT_EQ(refusal("blank").first, 0);
}

std::string elf(Elf64_Half machine, const std::string& interpreter) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = machine;
    header.e_phoff = sizeof header;
    header.e_phnum = interpreter.empty() ? 0 : 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_INTERP;
    segment.p_offset = sizeof header + sizeof segment;
    segment.p_filesz = interpreter.size() + 1;
    std::string bytes(sizeof header + sizeof segment, '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &segment, sizeof segment);
    return bytes + interpreter + '\0';
}

TEST_F(FindCommand, ProgramsOfAnotherMachineOrLibrary) {
#if defined(__aarch64__)
    constexpr Elf64_Half here = EM_AARCH64;
#else
    constexpr Elf64_Half here = EM_X86_64;
#endif
    image.program("one/other", elf(EM_RISCV, "")).program("one/musl", elf(here, "/lib/ld-nothing.so.1"));
    image.program("one/static", elf(here, ""))
        .program("one/short",
                 "\x7f"
                 "ELF");
    EXPECT_EQ(refusal("other").first, 126);
    EXPECT_THAT(refusal("other").second, HasSubstr("another processor"));
    EXPECT_EQ(refusal("musl").first, 127);
    EXPECT_THAT(refusal("musl").second, HasSubstr("needs /lib/ld-nothing.so.1"));
    EXPECT_EQ(refusal("static").first, 0);
    EXPECT_EQ(refusal("short").first, 0) << "left to the kernel";
}

TEST_F(FindCommand, ShellsAreRecognised) {
    image.program("one/app");
    EXPECT_TRUE(find({"/bin/sh", "-c", "node server.js"}).is_shell);
    environment.clear();
    EXPECT_TRUE(find({"sh", "start.sh"}).is_shell);
    EXPECT_TRUE(find({"bash", "-euc", "npm start"}).is_shell);
    EXPECT_TRUE(find({"sh", "-e", "start.sh"}).is_shell);
    EXPECT_FALSE(find({"sh", "-c", "exec node server.js"}).is_shell) << "the shell becomes the app";
    EXPECT_FALSE(find({"sh"}).is_shell) << "docker run -it IMAGE sh";
    EXPECT_FALSE(find({"true"}).is_shell);
}

TEST_F(FindCommand, TheGuardItselfIsRecognised) {
    EXPECT_TRUE(find({"/proc/self/exe", "check"}).is_this_binary);
    image.link("one/migration-guard", std::filesystem::read_symlink("/proc/self/exe"));
    EXPECT_TRUE(find({"migration-guard"}).is_this_binary);
    image.program("one/app");
    EXPECT_FALSE(find({"app"}).is_this_binary);
}

}  // namespace
}  // namespace migration_guard::system

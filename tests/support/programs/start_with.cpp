// Starts a command as a container engine or a careless parent might: signals blocked or ignored, descriptors open.
//
//   start_with [block=N]... [ignore=N]... [open=FD]... [close=FD]... [nonblock=FD]... [umask=OCTAL]
//              -- COMMAND [ARG...]
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void block(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
}

void open_null(int descriptor) {
    const int opened = open("/dev/null", O_RDWR);
    if (opened == descriptor) return;
    dup2(opened, descriptor);
    close(opened);
}

bool apply(const std::string& key, const std::string& value) {
    const int number = std::atoi(value.c_str());
    if (key == "block")
        block(number);
    else if (key == "ignore")
        std::signal(number, SIG_IGN);
    else if (key == "open")
        open_null(number);
    else if (key == "close")
        close(number);
    else if (key == "nonblock")
        fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK);
    else if (key == "umask")
        umask(static_cast<mode_t>(std::strtoul(value.c_str(), nullptr, 8)));
    else
        return false;
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    int at = 1;
    for (; at < argc && std::string(argv[at]) != "--"; ++at) {
        const std::string word = argv[at];
        const auto equals = word.find('=');
        if (equals == std::string::npos || !apply(word.substr(0, equals), word.substr(equals + 1))) {
            std::fprintf(stderr, "start_with: what is %s?\n", argv[at]);
            return 64;
        }
    }
    if (at + 1 >= argc) return 64;
    execvp(argv[at + 1], argv + at + 1);
    std::perror("start_with");
    return 127;
}

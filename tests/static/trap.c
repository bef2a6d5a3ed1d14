/* A library that says when it was loaded: stands for an NSS module or an OpenSSL provider of the image. */
#include <fcntl.h>
#include <unistd.h>

__attribute__((constructor)) static void say_so(void) {
    const int file = open("/trapped", O_WRONLY | O_CREAT, 0644);
    if (file >= 0) close(file);
}

/*
 * The control of empty_root.test.mjs: a static program that takes no care. It resolves a name and initialises OpenSSL
 * as any program does, and so falls into the traps that the guard must pass by.
 */
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>

int main(void) {
    struct addrinfo* found = NULL;
    const int error = getaddrinfo("db", NULL, NULL, &found);
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL);
    printf("%s\n", error == 0 ? "resolved" : gai_strerror(error));
    return 0;
}

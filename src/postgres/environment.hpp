// What of its surroundings the process must not let libpq, OpenSSL and glibc read.
//
// Not the environment of the app: main saves that before and execs with it. Keeps true: a connection depends on the
// URL and the guard's configuration alone, as with Prisma, whose engine reads none of this.
#pragma once

namespace migration_guard::postgres {

/// To be called once, first thing in main, while there is one thread and before OpenSSL computes anything.
/// Removes every PG* variable (libpq reads them even for values that are given), makes OpenSSL ignore the image's
/// openssl.cnf (it may load modules), and makes glibc look up names in /etc/hosts and DNS only: a static binary that
/// follows the image's nsswitch.conf loads the image's libnss modules and crashes on a foreign version.
void ignore_libpq_environment();

}  // namespace migration_guard::postgres

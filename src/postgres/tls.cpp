#include "postgres/tls.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

namespace migration_guard::postgres {
namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* thing) const {
        release(thing);
    }
};
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Bundle = std::unique_ptr<PKCS12, Release<PKCS12_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
void free_chain(STACK_OF(X509) * chain) {
    sk_X509_pop_free(chain, X509_free);
}
using Chain = std::unique_ptr<STACK_OF(X509), Release<free_chain>>;

/// Regular files only: OpenSSL would wait for whoever writes into a FIFO, without a limit and deaf to signals, and
/// reads /dev/zero for ever.
bool is_readable(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), R_OK) == 0;
}

/// Where Debian and Alpine, Red Hat, SUSE and BSD keep the bundle. SSL_CERT_FILE, OpenSSL's own variable, goes first.
std::string find_bundle() {
    if (const char* const named = std::getenv("SSL_CERT_FILE"); named != nullptr && is_readable(named)) return named;
    for (const char* const path :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
        if (is_readable(path)) return path;
    }
    return {};
}

std::optional<Never> find_root_certificates(const DatabaseUrl& url, TlsFiles& files) {
    files.root_certificates = url.root_certificate.empty() ? find_bundle() : url.root_certificate;
    if (files.root_certificates.empty()) {
        return Never{
            ExitCode::database_refused, "the server's certificate is to be verified, but the image has no CA bundle",
            "copy one in: COPY --from=migration-guard:1 /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/", false};
    }
    if (is_readable(files.root_certificates)) return std::nullopt;
    return Never{ExitCode::config_invalid,
                 fmt::format("{}: sslcert cannot be read: {}", url.variable, one_line(files.root_certificates, 300)),
                 "correct the path; a relative one counts from the directory of schema.prisma or prisma.config.ts",
                 false};
}

std::string openssl_error() {
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

std::string written(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

/// The server's administrator made the bundle, and an old OpenSSL or Windows encrypts it with RC2-40.
Never unreadable_identity(const DatabaseUrl& url, const std::string& why) {
    return {
        ExitCode::database_refused,
        fmt::format("{}: sslidentity cannot be opened: {}", url.variable, one_line(why, 200)),
        "is sslpassword right? An old bundle (RC2-40) is rewritten with: openssl pkcs12 -legacy -in old.p12 -nodes | "
        "openssl pkcs12 -export -out new.p12",
        false};
}

struct Identity {
    Key key;
    Certificate certificate;
    Chain chain;
};

std::optional<Never> open_identity(const DatabaseUrl& url, Identity& identity) {
    const Bio file(is_readable(url.identity) ? BIO_new_file(url.identity.c_str(), "rb") : nullptr);
    if (!file) {
        ERR_clear_error();
        return Never{ExitCode::config_invalid,
                     fmt::format("{}: sslidentity cannot be read: {}", url.variable, one_line(url.identity, 300)),
                     "correct the path; a relative one counts from the directory of schema.prisma or prisma.config.ts",
                     false};
    }
    const Bundle bundle(d2i_PKCS12_bio(file.get(), nullptr));
    if (!bundle) return unreadable_identity(url, "it is no PKCS#12 file: " + openssl_error());
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* chain = nullptr;
    const int opened = PKCS12_parse(bundle.get(), url.identity_password.c_str(), &key, &certificate, &chain);
    identity = {Key(key), Certificate(certificate), Chain(chain)};
    if (opened != 1) return unreadable_identity(url, openssl_error());
    if (!identity.key || !identity.certificate) return unreadable_identity(url, "it holds no key with its certificate");
    return std::nullopt;
}

void write_identity(const Identity& identity, TlsFiles& files) {
    const Bio certificates(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificates.get(), identity.certificate.get());
    for (int i = 0; identity.chain && i < sk_X509_num(identity.chain.get()); ++i) {
        PEM_write_bio_X509(certificates.get(), sk_X509_value(identity.chain.get(), i));
    }
    const Bio key(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(key.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    files.certificate = MemoryFile("guard-certificate", written(certificates));
    files.private_key = MemoryFile("guard-key", written(key));
}

std::optional<Never> prepare_identity(const DatabaseUrl& url, TlsFiles& files) {
    Identity identity;
    if (auto never = open_identity(url, identity)) return never;
    write_identity(identity, files);
    // libpq treats a certificate file that is not there as no certificate at all, and says nothing.
    if (is_readable(files.certificate.path())) return std::nullopt;
    return Never{ExitCode::database_refused, "sslidentity needs /proc, which is not mounted",
                 "mount /proc in the container, or log in with a password", false};
}

}  // namespace

MemoryFile::MemoryFile(const char* name, const std::string& content) : descriptor_(memfd_create(name, MFD_CLOEXEC)) {
    const auto size = static_cast<ssize_t>(content.size());
    // libpq refuses a private key that group or others may read.
    if (descriptor_ < 0 || fchmod(descriptor_, S_IRUSR | S_IWUSR) != 0 ||
        write(descriptor_, content.data(), content.size()) != size) {
        throw std::system_error(errno, std::generic_category(), "memfd");
    }
}

MemoryFile::~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

std::string MemoryFile::path() const {
    return descriptor_ < 0 ? "" : fmt::format("/proc/self/fd/{}", descriptor_);
}

std::optional<Never> prepare_tls(const DatabaseUrl& url, TlsFiles& files) {
    if (url.tls == TlsMode::disable || url.is_socket()) return std::nullopt;
    if (url.verify_certificate) {
        if (auto never = find_root_certificates(url, files)) return never;
    }
    return url.identity.empty() ? std::nullopt : prepare_identity(url, files);
}

}  // namespace migration_guard::postgres

#include "schema/declared.hpp"

#include "base/utf8.hpp"

namespace migration_guard {

std::string truncate_identifier(const std::string& name) {
    constexpr std::size_t longest = 63;  // NAMEDATALEN - 1, PostgreSQL manual 4.1.1
    if (name.size() <= longest) {
        return name;
    }
    std::size_t end = 0;
    for (std::size_t length = utf8_step(name, 0).length; end + length <= longest;
         length = utf8_step(name, end).length) {
        end += length;
    }
    return name.substr(0, end);
}

}  // namespace migration_guard

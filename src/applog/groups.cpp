#include "applog/groups.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace migration_guard::applog {
namespace {

constexpr std::size_t longest_sample = 300;
constexpr std::size_t longest_name = 200;

std::string key_of(const Sentence& sentence) {
    // Where the log does not name the object, the model is all there is to tell errors apart by.
    const std::string& name = sentence.object.empty() ? sentence.model : sentence.object;
    std::string key;
    key.reserve(sentence.code.size() + sentence.sqlstate.size() + name.size() + 3);
    key.append(sentence.code).append(1, '\0').append(sentence.sqlstate).append(1, '\0');
    key.append(1, static_cast<char>(sentence.kind)).append(name);
    return key;
}

std::string shown(std::string_view line) {
    // Longer than the sample, so that a secret is masked before it is cut in two.
    return one_line(mask_credentials(clean(line.substr(0, 8 * longest_sample))), longest_sample);
}

}  // namespace

void Groups::widen(Kept& kept, const std::optional<Moment>& time) {
    if (!time) return;
    kept.first = std::min(kept.first.value_or(*time), *time);
    kept.last = std::max(kept.last.value_or(*time), *time);
}

std::size_t Groups::place(const Occurrence& occurrence) {
    const Sentence& sentence = occurrence.sentence;
    std::string key = key_of(sentence);
    if (const auto found = places_.find(key); found != places_.end()) return found->second;
    if (groups_.size() == LogScanner::most_groups) return none;
    LogGroup group{.kind = sentence.kind,
                   .code = sentence.code,
                   .sqlstate = one_line(sentence.sqlstate, 5),
                   .object = one_line(mask_credentials(sentence.object), longest_name),
                   .model = one_line(sentence.model, longest_name),
                   .first = {},
                   .last = {},
                   .sample = shown(occurrence.sample)};
    groups_.push_back({.group = std::move(group), .first = {}, .last = {}});
    places_.emplace(std::move(key), groups_.size() - 1);
    return groups_.size() - 1;
}

void Groups::count(std::size_t group, const std::optional<Moment>& time) {
    ++errors_;
    if (group == none) {
        ++left_out_;
        return;
    }
    ++groups_[group].group.count;
    widen(groups_[group], time);
}

void Groups::touch(std::size_t group, const std::optional<Moment>& time) {
    if (group != none) widen(groups_[group], time);
}

void Groups::take_back(std::size_t group) {
    --errors_;
    if (group == none) {
        --left_out_;
    } else {
        --groups_[group].group.count;
    }
}

void Groups::learn_model(std::size_t group, const std::string& model) {
    if (group != none && !model.empty()) groups_[group].group.model = one_line(model, longest_name);
}

LogFindings Groups::findings() const {
    LogFindings out;
    out.errors = errors_;
    out.left_out = left_out_;
    for (const auto& [group, first, last] : groups_) {
        if (group.count == 0) continue;
        out.groups.push_back(group);
        if (first) out.groups.back().first = shown_time(*first);
        if (last) out.groups.back().last = shown_time(*last);
    }
    std::ranges::stable_sort(out.groups, std::ranges::greater{}, &LogGroup::count);
    return out;
}

}  // namespace migration_guard::applog

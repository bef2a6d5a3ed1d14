#include "psl/join_tables.hpp"

#include "psl/tables.hpp"

#include <array>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace migration_guard::psl {

namespace {

/// The fields of model `from` that lead to model `to` under one relation name. Of more than two Prisma would not know
/// which belong together and refuses.
struct Direction {
    const Block* from;
    const Block* to;
    std::string relation;  ///< explicit name, empty without
    bool operator==(const Direction&) const = default;
};

struct DirectionHash {
    std::size_t operator()(const Direction& d) const {
        const std::hash<const void*> pointer;
        return pointer(d.from) * 31 + pointer(d.to) * 17 + std::hash<std::string>()(d.relation);
    }
};

using FieldPair = std::array<const Member*, 2>;
using Relations = std::unordered_map<Direction, FieldPair, DirectionHash>;

/// One side of a relation: the field, and the model that has it.
struct Side {
    const Named* model;
    const Named* other;
    const Member* field;
    std::string relation;
};

std::string relation_name(const Member& field) {
    const Attribute* relation = find_attribute(field.attributes, "relation");
    return relation == nullptr ? "" : string_of(find_argument(relation->arguments, "name")).value_or("");
}

bool has_foreign_key(const Member& field) {
    const Attribute* relation = find_attribute(field.attributes, "relation");
    if (relation != nullptr) {
        for (const Argument& argument : relation->arguments) {
            if (argument.name == "fields" || argument.name == "references") {
                return true;
            }
        }
    }
    return false;
}

bool is_ignored(const std::vector<Attribute>& attributes) {
    return find_attribute(attributes, "ignore") != nullptr;
}

/// Every relation field of every model and view, in the order of the files.
std::vector<Side> relation_fields(const Names& names) {
    std::vector<Side> sides;
    for (const Named& model : names.all()) {
        const BlockKind kind = model.block->kind;
        if (kind != BlockKind::model && kind != BlockKind::view) {
            continue;
        }
        for (const Member& field : model.block->members) {
            const TypeReference type = field.unsupported ? TypeReference() : names.type(field.type);
            if (type.kind == TypeKind::model) {
                sides.push_back({&model, type.target, &field, relation_name(field)});
            }
        }
    }
    return sides;
}

Relations by_direction(const std::vector<Side>& sides) {
    Relations relations;
    for (const Side& side : sides) {
        FieldPair& fields = relations[{side.model->block, side.other->block, side.relation}];
        if (fields[0] == nullptr) {
            fields[0] = side.field;
        } else if (fields[1] == nullptr) {
            fields[1] = side.field;
        }
    }
    return relations;
}

const Member* opposite(const Side& side, const Relations& relations) {
    const auto found = relations.find({side.other->block, side.model->block, side.relation});
    if (found == relations.end()) {
        return nullptr;
    }
    return found->second[0] == side.field ? found->second[1] : found->second[0];
}

/// True for exactly one of the two sides: model A is the one whose name sorts first, bytewise; of a self relation the
/// field whose name sorts first.
bool is_side_a(const Side& side, const Member& other) {
    const int models = side.model->block->name.compare(side.other->block->name);
    return models != 0 ? models < 0 : side.field->name.compare(other.name) < 0;
}

bool makes_join_table(const Side& side, const Member* other) {
    return other != nullptr && side.field->arity == Arity::list && other->arity == Arity::list &&
           !has_foreign_key(*side.field) && !has_foreign_key(*other) && is_side_a(side, *other) &&
           side.model->block->kind != BlockKind::view && side.other->block->kind != BlockKind::view;
}

/// The single field of @id or @@id([...]); null when there is none, which Prisma refuses here.
const Member* id_field(const Block& model) {
    for (const Member& field : model.members) {
        if (find_attribute(field.attributes, "id") != nullptr) {
            return &field;
        }
    }
    const Attribute* id = find_attribute(model.attributes, "id");
    const Value* fields = id == nullptr ? nullptr : find_argument(id->arguments, "fields");
    const bool array = fields != nullptr && fields->kind == Value::Kind::array;
    const Value* only = array && !fields->items.empty() ? &fields->items.front().value : fields;
    for (const Member& field : model.members) {
        if (only != nullptr && field.name == only->text) {
            return &field;
        }
    }
    return nullptr;
}

class JoinTables {
public:
    explicit JoinTables(const Names& names) : names_(&names) {}

    void add(const Side& side, const Member& other) {
        const std::string_view a = side.model->block->name;
        const std::string_view b = side.other->block->name;
        DeclaredTable table;
        table.kind = TableKind::join_table;
        table.schema = side.model->schema;
        table.name =
            truncate_identifier("_" + (side.relation.empty() ? std::string(a) + "To" + std::string(b) : side.relation));
        table.model = std::string(a) + ", " + std::string(b);
        table.ignored = (is_ignored(side.field->attributes) && is_ignored(other.attributes)) ||
                        is_ignored(side.model->block->attributes) || is_ignored(side.other->block->attributes);
        table.columns = {column("A", *side.model->block), column("B", *side.other->block)};
        if (seen_.insert(table.schema + "." + table.name).second) {
            tables_.push_back(std::move(table));
        }
    }

    std::vector<DeclaredTable> take() { return std::move(tables_); }

private:
    DeclaredColumn column(const std::string& name, const Block& model) {
        DeclaredColumn made;
        made.name = name;
        made.field = name;
        made.required = true;
        const auto [id, is_new] = id_types_.try_emplace(&model);
        if (is_new) {
            const Member* field = id_field(model);
            id->second = field == nullptr ? DeclaredType() : column_type(*field, *names_);
        }
        made.type = id->second;
        return made;
    }

    const Names* names_;
    std::vector<DeclaredTable> tables_;
    std::unordered_set<std::string> seen_;
    std::unordered_map<const Block*, DeclaredType> id_types_;
};

}  // namespace

std::vector<DeclaredTable> declare_join_tables(const Names& names) {
    const std::vector<Side> sides = relation_fields(names);
    const Relations relations = by_direction(sides);
    JoinTables tables(names);
    for (const Side& side : sides) {
        const Member* other = opposite(side, relations);
        if (makes_join_table(side, other)) {
            tables.add(side, *other);
        }
    }
    return tables.take();
}

}  // namespace migration_guard::psl

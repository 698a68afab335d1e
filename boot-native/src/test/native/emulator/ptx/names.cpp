// Text of PTX to names, variables and operands.
#include "names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <sstream>

#include "../memory.h"

namespace emulator::ptx {

// ---- text

std::string trim(const std::string& s) {
    const size_t first = s.find_first_not_of(" \t\r\n"), last = s.find_last_not_of(" \t\r\n");
    return first == std::string::npos ? "" : s.substr(first, last - first + 1);
}

std::vector<std::string> split(const std::string& s, char separator) {
    std::vector<std::string> parts;
    std::stringstream stream(s);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(trim(part));
    }
    return parts;
}

std::vector<std::string> split_operands(const std::string& s) {
    std::vector<std::string> parts;
    std::string part;
    int depth = 0;
    for (const char c : s + ",") {
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (c == ',' && depth == 0) {
            if (!trim(part).empty()) {
                parts.push_back(trim(part));
            }
            part.clear();
        } else {
            part += c;
        }
    }
    return parts;
}

int width_of(const std::string& type) {
    if (type == "pred") {
        return 1;
    }
    if (type == "bf16") {
        return 16;
    }
    const bool shape = type.size() >= 2 && strchr("bsuf", type[0]) != nullptr;
    return shape && std::all_of(type.begin() + 1, type.end(), isdigit) ? atoi(type.c_str() + 1) : 0;
}

bool Statement::has(const char* word) const { return std::find(words.begin(), words.end(), word) != words.end(); }

// ---- variables

Variable parse_variable(const std::string& text) {
    Variable variable{"", "", 0, 0, {}};
    const size_t equals = text.find('=');
    std::string declaration = text.substr(0, equals);
    size_t count = 1;
    const size_t bracket = declaration.find('[');
    if (bracket != std::string::npos) {
        count = strtoul(declaration.c_str() + bracket + 1, nullptr, 10);
        declaration.resize(bracket);
    }
    std::stringstream words(declaration);
    size_t element = 1;
    for (std::string word; words >> word;) {
        if (word == ".align") {
            words >> variable.alignment;
        } else if (word[0] != '.') {
            variable.name = word;
        } else if (width_of(word.substr(1)) > 0) {
            element = static_cast<size_t>(width_of(word.substr(1))) / 8;
        } else if (word == ".shared" || word == ".global" || word == ".const" || word == ".local" || word == ".param") {
            variable.space = word.substr(1);
        }
    }
    variable.bytes = element * count;
    variable.alignment = std::max(variable.alignment, element);
    if (equals != std::string::npos) {
        for (const std::string& value : split(text.substr(text.find('{') + 1), ',')) {
            const uint64_t bits = strtoull(value.c_str(), nullptr, 0);
            const unsigned char* bytes = reinterpret_cast<const unsigned char*>(&bits);
            variable.values.insert(variable.values.end(), bytes, bytes + element);
        }
    }
    return variable;
}

// ---- operands

int Names::register_of(const std::string& name) {
    std::string unique = name;
    for (const auto& scope : scopes) {
        const auto found = scope.find(name);
        if (found != scope.end()) {
            unique = found->second;
        }
    }
    return registers.emplace(unique, static_cast<int>(registers.size())).first->second;
}

void Names::place_shared(const Variable& variable) {
    constexpr size_t RED_ZONE = 64;
    size_t offset = VARIABLES;
    if (!kernel->shared.empty()) {
        offset = kernel->shared.back().offset + kernel->shared.back().bytes + RED_ZONE;
    }
    offset = (offset + variable.alignment - 1) / variable.alignment * variable.alignment;
    kernel->shared.push_back({offset, variable.bytes});
    symbols[variable.name] = offset;
}

static const unsigned* special_register(const std::string& name) {
    static const std::map<std::string, const unsigned*> all = {{"%tid.x", &threadIdx.x}, {"%tid.y", &threadIdx.y},
        {"%tid.z", &threadIdx.z}, {"%ntid.x", &blockDim.x}, {"%ntid.y", &blockDim.y}, {"%ntid.z", &blockDim.z},
        {"%ctaid.x", &blockIdx.x}, {"%ctaid.y", &blockIdx.y}, {"%ctaid.z", &blockIdx.z}, {"%nctaid.x", &gridDim.x},
        {"%nctaid.y", &gridDim.y}, {"%nctaid.z", &gridDim.z}};
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
}

static Operand parse_name(Names& names, const std::string& name) {
    Operand operand;
    const auto symbol = names.symbols.find(name);
    const auto address = names.file->addresses.find(name);
    const auto shared = names.file->shared.find(name);
    if (name == "WARP_SZ") {
        operand.immediate = WARP;
    } else if (special_register(name) != nullptr) {
        operand.special = special_register(name);
    } else if (names.local.count(name) > 0) {
        operand.local = true;
    } else if (symbol != names.symbols.end()) {
        operand.immediate = symbol->second;
    } else if (address != names.file->addresses.end()) {
        operand.immediate = address->second;
    } else if (shared != names.file->shared.end()) {
        names.place_shared(shared->second);
        operand.immediate = names.symbols[name];
    } else if (name != names.file->dynamic) {
        operand.reg = names.register_of(name);
    }
    return operand;
}

Operand parse_operand(Names& names, std::string text) {
    Operand operand;
    text = trim(text);
    const size_t bar = text.find('|'), plus = text.find('+', 1);
    if (text[0] == '{') {
        for (const std::string& part : split(text.substr(1, text.find('}') - 1), ',')) {
            operand.parts.push_back(parse_operand(names, part));
        }
    } else if (text[0] == '[') {
        operand = parse_operand(names, text.substr(1, text.find(']') - 1));
    } else if (text[0] == '!') {
        operand = parse_operand(names, text.substr(1));
        operand.negated = true;
    } else if (bar != std::string::npos) {
        operand = parse_operand(names, text.substr(0, bar));
        operand.second = parse_operand(names, text.substr(bar + 1)).reg;
    } else if (plus != std::string::npos) {
        operand = parse_operand(names, text.substr(0, plus));
        operand.immediate += static_cast<uint64_t>(strtoll(text.c_str() + plus + 1, nullptr, 0));
    } else if (text.compare(0, 2, "0f") == 0) {
        operand.immediate = strtoull(text.c_str() + 2, nullptr, 16);
    } else if (text[0] == '-') {
        operand.immediate = static_cast<uint64_t>(strtoll(text.c_str(), nullptr, 0));
    } else if (isdigit(text[0])) {
        operand.immediate = strtoull(text.c_str(), nullptr, 0);
    } else {
        operand = parse_name(names, text);
    }
    operand.text = text;
    return operand;
}

}  // namespace emulator::ptx

// From the text of a PTX file to kernels. Only what nvcc writes is understood, not all that the language allows.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <fstream>

#include "../memory.h"
#include "../report.h"
#include "../symbols.h"
#include "names.h"

namespace emulator::ptx {

static bool begins(const std::string& s, const char* word) { return s.compare(0, strlen(word), word) == 0; }

static Action decode(const Statement& statement) {
    for (const auto decoder : {decode_memory, decode_float, decode_conversion, decode_integer, decode_collective}) {
        if (Action action = decoder(statement)) {
            return action;
        }
    }
    return [text = statement.text](Frame&) {
        fail(cudaErrorInvalidDeviceFunction, nullptr, "the interpreter does not know '%s'", text.c_str());
    };
}

static Instruction parse_instruction(Names& names, std::string text) {
    Instruction instruction;
    Statement statement;
    statement.text = text;
    if (text[0] == '@') {
        const size_t end = text.find_first_of(" \t\n");
        const Operand predicate = parse_operand(names, text.substr(1, end - 1));
        instruction.predicate = predicate.reg;
        instruction.negated = predicate.negated;
        text = trim(text.substr(end));
    }
    const size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    statement.words = split(text.substr(0, end), '.');
    const std::string& operation = statement.operation();
    if (operation == "bra") {
        instruction.kind = Instruction::BRANCH;
        instruction.label = trim(text.substr(end));
    } else if (operation == "ret" || operation == "exit") {
        instruction.kind = Instruction::EXIT;
    } else {
        for (const std::string& operand : split_operands(text.substr(end))) {
            statement.operands.push_back(parse_operand(names, operand));
        }
        instruction.run = decode(statement);
    }
    return instruction;
}

static void declare(Names& names, const std::string& text) {
    if (begins(text, ".reg") && names.scopes.size() > 1) {  // a register of inline assembly, seen in its braces alone
        for (const std::string& name : split(text.substr(text.find_first_of(" \t", 5)), ',')) {
            names.scopes.back()[name] = name + "@" + std::to_string(names.blocks);
        }
    } else if (begins(text, ".shared") || begins(text, ".local")) {
        const Variable variable = parse_variable(text);
        if (variable.space == "shared") {
            names.place_shared(variable);
        } else {
            names.local.insert(variable.name);
            names.kernel->local_bytes = std::max(names.kernel->local_bytes, variable.bytes);
        }
    }
}

static SourceLine parse_location(const File& file, const std::string& text) {
    int number = 0, line = 0;
    sscanf(text.c_str(), ".loc %d %d", &number, &line);
    const auto source = file.sources.find(number);
    return {source == file.sources.end() ? "?" : source->second.c_str(), line};
}

static void parse_body(Names& names, const std::string& body) {
    Kernel& kernel = *names.kernel;
    std::map<std::string, size_t> labels;
    SourceLine source{"?", 0};
    for (size_t p = body.find_first_not_of(" \t\r\n"); p != std::string::npos; p = body.find_first_not_of(" \t\r\n", p)) {
        if (body[p] == '{' || body[p] == '}') {
            if (body[p] == '{') {
                names.scopes.emplace_back();
                names.blocks++;
            } else {
                names.scopes.pop_back();
            }
            p++;
            continue;
        }
        const bool location = body.compare(p, 4, ".loc") == 0 && isspace(body[p + 4]);
        size_t end = body.find_first_of(location ? "\n" : ";:", p);
        while (body[end] == ':' && body[end + 1] == ':') {  // ld.global.L1::no_allocate
            end = body.find_first_of(";:", end + 2);
        }
        const std::string text = trim(body.substr(p, end - p));
        p = end + 1;
        if (location) {
            source = parse_location(*names.file, text);
        } else if (body[end] == ':') {
            labels[text] = kernel.code.size();
        } else if (text[0] == '.') {
            declare(names, text);
        } else if (!text.empty()) {
            kernel.code.push_back(parse_instruction(names, text));
            kernel.code.back().source = source;
        }
    }
    for (Instruction& instruction : kernel.code) {
        if (instruction.kind == Instruction::BRANCH) {
            instruction.target = labels.at(instruction.label);
        }
    }
    kernel.registers = names.registers.size();
}

static void parse_kernel(const File& file, Kernel& kernel, const std::string& parameters, const std::string& body) {
    Names names{&file, &kernel, {}, {}, {}};
    size_t offset = 0;
    for (const std::string& text : split(parameters, ',')) {
        const Variable parameter = parse_variable(text);
        offset = (offset + parameter.alignment - 1) / parameter.alignment * parameter.alignment;
        names.symbols[parameter.name] = offset;
        offset += parameter.bytes;
    }
    parse_body(names, body);
}

static void add_kernel(const File& file, const std::string& header, const std::string& body, Program& program) {
    const size_t open = header.find('('), close = header.rfind(')'), name = header.find(".entry") + 6;
    const std::string title = demangled(trim(header.substr(name, std::min(open, header.size()) - name)));
    if (program.count(title) > 0) {
        give_up(("two kernels are called " + title).c_str());
    }
    const std::string parameters = open == std::string::npos ? "" : header.substr(open + 1, close - open - 1);
    program[title].read = [=, &file](Kernel& kernel) { parse_kernel(file, kernel, parameters, body); };
}

static void declare_in_file(File& file, const std::string& text) {
    const Variable variable = parse_variable(text);
    if (variable.space == "shared" && text.find(".extern") != std::string::npos) {
        file.dynamic = variable.name;
    } else if (variable.space == "shared") {
        file.shared[variable.name] = variable;
    } else if (variable.space == "global" || variable.space == "const") {
        void* memory = allocate(variable.bytes);
        memset(memory, 0, variable.bytes);
        memcpy(memory, variable.values.data(), variable.values.size());
        device_memory.mark(memory, variable.bytes, ALLOCATED | WRITTEN);
        file.addresses[variable.name] = reinterpret_cast<uint64_t>(memory);
    }
}

static size_t matching_brace(const std::string& text, size_t open) {
    int depth = 0;
    for (size_t i = open; i < text.size(); i++) {
        depth += (text[i] == '{') - (text[i] == '}');
        if (depth == 0) {
            return i;
        }
    }
    return text.size();
}

static std::string read_without_comments(const std::string& path) {
    std::ifstream stream(path);
    if (!stream) {
        give_up(("cannot read " + path).c_str());
    }
    std::string result;
    for (std::string line; std::getline(stream, line);) {
        result += line.substr(0, line.find("//")) + "\n";
    }
    return result;
}

// The names of sources live as long as the program: instructions point to them.
static void parse_sources(File& file, const std::string& path) {
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);) {
        int number;
        char name[1000];
        if (sscanf(line.c_str(), " .file %d \"%999[^\"]\"", &number, name) == 2) {
            const char* slash = strrchr(name, '/');
            file.sources[number] = slash == nullptr ? name : slash + 1;
        }
    }
}

void parse_file(const std::string& path, Program& program) {
    open_memory();
    File& file = *new File();  // kept: see parse_sources
    parse_sources(file, path);
    const std::string text = read_without_comments(path);
    for (size_t p = text.find('.'); p < text.size(); p = text.find('.', p)) {
        const std::string word = text.substr(p, text.find_first_of(" \t\n", p) - p);
        const std::string whole_lines[] = {".version", ".target", ".address_size", ".file", ".loc"};
        if (std::find(std::begin(whole_lines), std::end(whole_lines), word) != std::end(whole_lines)) {
            p = text.find('\n', p);
            continue;
        }
        size_t end = text.find_first_of(";{=", p);
        if (end < text.size() && text[end] == '=') {
            end = text.find(';', end);
        }
        if (end >= text.size() || text[end] == ';') {
            declare_in_file(file, text.substr(p, std::min(end, text.size()) - p));
        } else {
            const std::string header = text.substr(p, end - p);
            const size_t close = matching_brace(text, end);
            if (header.find(".entry") != std::string::npos) {
                add_kernel(file, header, text.substr(end + 1, close - end - 1), program);
            }
            end = close;
        }
        p = std::min(end, text.size());
    }
}

}  // namespace emulator::ptx

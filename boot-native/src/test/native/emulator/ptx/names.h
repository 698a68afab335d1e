// What the parser knows while it reads a file, and how it reads the small parts of a statement.
#pragma once
#include <set>

#include "program.h"

namespace emulator::ptx {

std::string trim(const std::string& s);
std::vector<std::string> split(const std::string& s, char separator);
// At the commas that lie in no brackets.
std::vector<std::string> split_operands(const std::string& s);

struct Variable {
    std::string name, space;
    size_t bytes, alignment;
    std::vector<unsigned char> values;
};

// ".shared .align 4 .b8 name[128]", ".param .u64 name", ".const .align 4 .b8 table[8] = {1, 2}"
Variable parse_variable(const std::string& text);

struct File {
    std::map<int, std::string> sources;                // ".file" numbers
    std::map<std::string, uint64_t> addresses;         // of constants, in device memory
    std::map<std::string, Variable> shared;            // declared outside kernels
    std::string dynamic;                               // the name of dynamic shared memory, at offset 0
};

// The names that a kernel's body gives to things, by blocks in braces.
struct Names {
    const File* file;
    Kernel* kernel;
    std::map<std::string, uint64_t> symbols;  // parameters and shared variables: offsets
    std::set<std::string> local;
    std::map<std::string, int> registers;
    std::vector<std::map<std::string, std::string>> scopes{{}};
    int blocks = 0;

    int register_of(const std::string& name);
    void place_shared(const Variable& variable);
};

Operand parse_operand(Names& names, std::string text);

}  // namespace emulator::ptx

#include "symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace emulator {

std::string demangled(const std::string& symbol) {
    int status;
    char* text = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
    const std::string result = text == nullptr ? symbol : text;
    free(text);
    return result;
}

// A static function is in the file's full table of symbols, not in the one that the loader reads.
static std::string symbol_at(const std::string& path, uintptr_t offset) {
    std::ifstream stream(path, std::ios::binary);
    const std::vector<char> file((std::istreambuf_iterator<char>(stream)), {});
    if (file.size() < sizeof(Elf64_Ehdr) || memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
        return "";
    }
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(file.data());
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(file.data() + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        const auto* symbols = reinterpret_cast<const Elf64_Sym*>(file.data() + sections[i].sh_offset);
        const char* names = file.data() + sections[sections[i].sh_link].sh_offset;
        for (size_t s = 0; s < sections[i].sh_size / sizeof(Elf64_Sym); s++) {
            if (ELF64_ST_TYPE(symbols[s].st_info) == STT_FUNC && symbols[s].st_value == offset) {
                return names + symbols[s].st_name;
            }
        }
    }
    return "";
}

struct Position {
    std::string file;
    uintptr_t offset;
};

static Position position_of(const void* code) {
    Dl_info info;
    link_map* module;
    if (dladdr1(code, &info, reinterpret_cast<void**>(&module), RTLD_DL_LINKMAP) == 0) {
        return {"", 0};
    }
    const bool is_program = module->l_name[0] == 0;
    char path[4096] = "";
    if (is_program && readlink("/proc/self/exe", path, sizeof path - 1) < 0) {
        return {"", 0};
    }
    return {is_program ? path : info.dli_fname, reinterpret_cast<uintptr_t>(code) - module->l_addr};
}

std::string function_name(const void* function) {
    const Position position = position_of(function);
    return demangled(symbol_at(position.file, position.offset));
}

std::string source_line(const void* return_address) {
    const Position position = position_of(return_address);
    char command[4600], line[300] = "";
    snprintf(command, sizeof command, "addr2line -s -e '%s' %#lx 2>/dev/null", position.file.c_str(),
        static_cast<unsigned long>(position.offset - 1));
    if (FILE* output = popen(command, "r")) {
        if (fgets(line, sizeof line, output) != nullptr) {
            line[strcspn(line, "\n ")] = 0;
        }
        pclose(output);
    }
    return line;
}

}  // namespace emulator

// Names of functions and lines of sources, by addresses of code.
#pragma once
#include <string>

namespace emulator {

// As C++ writes it: "void boot::softmax<4>(float*, int)"; empty where the program's symbols do not tell.
std::string function_name(const void* function);
// "softmax.cu:17", by way of addr2line.
std::string source_line(const void* return_address);
std::string demangled(const std::string& symbol);

}  // namespace emulator

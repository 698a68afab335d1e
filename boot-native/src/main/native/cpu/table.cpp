// The table of one tier: its operations, and what all tiers share.
#include "abi.h"

namespace boot::BOOT_TIER {

const boot_functions functions = {BOOT_FUNCTIONS(BOOT_ENTRY) nullptr};

}  // namespace boot::BOOT_TIER

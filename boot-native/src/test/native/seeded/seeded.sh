#!/usr/bin/env bash
# Seeds one defect after another in a copy of the kernels and requires the emulator to find it, on the source path and, where
# nvcc is found, on the PTX path.
#     seeded.sh OUT           all of them, naming those that are missed; OUT: where `make emulated ptx` has built
#     seeded.sh OUT NUMBER    one, with its reports
# Environment, set by the Makefile: CXX_CHECKED and NVCC_PTX, which compile a kernel (NVCC_PTX is empty without nvcc);
# CPU_LIBRARY, whose results are right.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
native=$here/../../../main/native
out=$(cd "$1" && pwd)

count=$(grep -c '^== ' "$here/defects.txt")

# Reads defect number $1: title, file, unit, operation, expected, old, new.
read_defect() {
    local number=0 line part=
    old= new=
    while IFS= read -r line; do
        case $line in
            '== '*) number=$((number + 1)) ;;
        esac
        ((number == $1)) || continue
        case $part$line in
            '== '*) title=${line#== } ;;
            'in '*) file=${line#in } ;;
            'compile '*) unit=${line#compile } ;;
            'run '*) operation=${line#run } ;;
            'expect '*) expected=${line#expect } ;;
            '<<<<') part=old: ;;
            'old:----') part=new: ;;
            'new:>>>>') part= ;;
            old:*) old+=${old:+$'\n'}$line ;;
            new:*) new+=${new:+$'\n'}$line ;;
        esac
    done <"$here/defects.txt"
}

# Runs the operation with the seeded library ($1: the path's name); the report must match what is expected.
find_on() {
    local report
    report=$(BOOT_EMULATOR_QUIET=1 BOOT_EMULATOR_PTX=${2:-} "$out/operations" "$work/seeded.so" "$CPU_LIBRARY" \
        "$operation" 2>&1) || true
    if grep -qE "^check: .*($expected)|^($expected):" <<<"$report"; then
        echo "found    $number $title ($1): $(head -1 <<<"$report" | cut -c1-150)"
    else
        echo "MISSED   $number $title ($1): ${report:-nothing reported}"
        return 1
    fi
}

seed() {
    number=$1
    read_defect "$number"
    work=$out/seeded/$number
    rm -rf "$work"
    mkdir -p "$work/native/cuda"
    cp "$native"/*.h "$work/native/"
    cp "$native"/cuda/*.{cu,h} "$work/native/cuda/"
    local source rest
    source=$(<"$native/cuda/$file")
    rest=${source#*"$old"}
    if [[ -z $old || $rest == "$source" || $rest == *"$old"* ]]; then
        echo "MISSED   $number $title: its text is not, or not once, in $file"
        return 1
    fi
    printf '%s%s%s\n' "${source%%"$old"*}" "$new" "$rest" >"$work/native/cuda/$file"
    $CXX_CHECKED -I"$work/native" -c "$work/native/cuda/$unit.cu" -o "$work/$unit.o" 2>"$work/log" || { cat "$work/log"; return 1; }
    local objects=()
    for object in "$out"/checked/*.o; do
        [[ $object == */"$unit.o" ]] || objects+=("$object")
    done
    g++ -shared -Wl,-z,defs -o "$work/seeded.so" "$work/$unit.o" "${objects[@]}" "$out"/emulator/*.o
    local missed=0
    find_on source || missed=1
    if [[ -n ${NVCC_PTX:-} ]]; then
        $NVCC_PTX -I"$work/native" "$work/native/cuda/$unit.cu" -o "$work/$unit.ptx" 2>"$work/log" || { cat "$work/log"; return 1; }
        local files=$work/$unit.ptx
        for ptx in "$out"/ptx/*.ptx; do
            [[ $ptx == */"$unit.ptx" ]] || files+=:$ptx
        done
        find_on PTX "$files" || missed=1
    fi
    rm -rf "$work"
    return $missed
}

if (($# > 1)); then
    seed "$2"
    exit
fi
mkdir -p "$out/seeded"
results=$(seq "$count" | xargs -P "$(nproc)" -I{} "$0" "$out" {} 2>&1) || true
found=$(grep -c '^found' <<<"$results") || true
paths=$([[ -n ${NVCC_PTX:-} ]] && echo 2 || echo 1)
if ((found != count * paths)); then
    grep -v '^found' <<<"$results"
fi
echo "$found of $((count * paths)) seeded defects found: $count on $paths path(s)"
((found == count * paths))

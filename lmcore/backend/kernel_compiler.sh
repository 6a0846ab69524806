#!/bin/sh
# Stands before g++ on the PATH of MLX, which compiles each kernel of mx.compile by
#     g++ FLAGS SOURCE.cpp -o LIBRARY
# Any other call goes to g++ as it is. lmcore/backend/kernel_cache.py says what this is
# for; it copies this file and puts the compiler and the folder in place of @...@.
compiler=@COMPILER@
preamble=@FOLDER@/preamble

case $* in
    *-shared*.cpp*-o*) ;;
    *) exec "$compiler" "$@" ;;
esac
left=$# source='' library=''
while [ "$left" -gt 0 ]; do
    case $1 in
        *.cpp) source=$1 ;;
        -o) shift && left=$((left - 1)) && library=$1 ;;
        *) set -- "$@" "$1" ;;
    esac
    shift && left=$((left - 1))
done
new=$library.$$
trap '[ ! -e "$new" ] && [ ! -e "$preamble.$$" ] || rm -rf "$new" "$preamble.$$"' EXIT

# Vectors as wide as the processor's, but the same bits: no contraction to fused
# multiply-adds, and nothing that changes a value.
set -- "$@" -w -pipe -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math

# The lines before the function are the same in every kernel: a precompiled header. An
# empty folder says that it could not be made. It leaves out the standard library's special
# functions (Bessel and the like), a sixth of the time: no kernel calls them.
lines_before() { echo '#include <limits>' && sed '/^extern "C"  {/,$d' "$source"; }
without=-D_GLIBCXX_BITS_SPECFUN_H=1
if [ ! -d "$preamble" ] && mkdir "$preamble.$$"; then
    header=$preamble.$$/preamble.hpp
    lines_before >"$header" &&
        "$compiler" "$@" $without -x c++-header "$header" -o "$header.gch" &&
        cksum <"$header.gch" >"$header.sum" && mv -T "$preamble.$$" "$preamble" || mkdir "$preamble"
fi 2>/dev/null
header=$preamble/preamble.hpp
if [ ! -e "$header.gch" ]; then
    :
elif read -r sum <"$header.sum" && [ "$(cksum <"$header.gch")" = "$sum" ] &&
    lines_before | cmp -s - "$header"; then
    { echo "#include \"$header\"" && sed -n '/^extern "C"  {/,$p' "$source"; } |
        "$compiler" "$@" $without -x c++ - -o "$new"
else
    rm -rf "$preamble" # damaged
fi 2>/dev/null
[ -s "$new" ] || "$compiler" "$@" "$source" -o "$new" || exit

# A kernel carries its checksum: it is loaded only when whole.
sum=$(sha256sum <"$new") && printf %.64s "$sum" >>"$new" && mv "$new" "$library"

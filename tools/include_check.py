#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which headers of the standard library a C++ file includes, and which it should.

A file includes directly what it names: `std::vector` needs <vector>, whether or not another header
includes that today. A header of the standard library that is included and not used is reported,
too. clang-tidy 14 has no such check (misc-include-cleaner came with 17), so this one searches for a
table of names in the text without comments and strings.

It knows the headers of the C++ library, and those of C that are a part of it, as <cstring> or as
<string.h>. It does not know POSIX and other libraries, but for what moved within fmt: Bazel's
layering check covers those and our own headers. A .cc file has what its own header includes: the
one with its name, or with the first words of its name. A name `std::x` that the table lacks is
reported, so that the table stays whole.

    tools/include_check.py [--fix] [FILES]

prints what is wrong, and exits with 1 if anything is; --fix mends that first, where it can.

Place: a library of include_test and tools/check, and a tool for developers.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent

# What each header provides in namespace std. A name in several rows has several homes: any will do.
STD = {
    "algorithm": """adjacent_find all_of any_of binary_search clamp copy copy_backward copy_if
        copy_n count count_if equal equal_range fill fill_n find find_end find_first_of find_if
        find_if_not for_each for_each_n generate generate_n includes inplace_merge is_heap
        is_partitioned is_permutation is_sorted is_sorted_until iter_swap lexicographical_compare
        lower_bound make_heap max max_element merge min min_element minmax minmax_element mismatch
        move_backward next_permutation none_of nth_element partial_sort partition partition_copy
        partition_point pop_heap prev_permutation push_heap ranges remove remove_copy remove_copy_if
        remove_if replace replace_copy replace_if reverse reverse_copy rotate rotate_copy sample
        search search_n set_difference set_intersection set_symmetric_difference set_union shuffle
        sort sort_heap stable_partition stable_sort swap_ranges transform unique unique_copy
        upper_bound""",
    "any": "any any_cast bad_any_cast make_any",
    "array": "array get to_array",
    "atomic": """atomic atomic_bool atomic_flag atomic_int atomic_ref atomic_signal_fence
        atomic_thread_fence memory_order memory_order_acq_rel memory_order_acquire
        memory_order_relaxed memory_order_release memory_order_seq_cst""",
    "barrier": "barrier",
    "bit": """bit_cast bit_ceil bit_floor bit_width countl_one countl_zero countr_one countr_zero
        endian has_single_bit popcount rotl rotr""",
    "bitset": "bitset",
    "charconv": "chars_format from_chars from_chars_result to_chars to_chars_result",
    "chrono": "chrono chrono_literals",
    "compare": """partial_ordering strong_ordering weak_ordering compare_three_way
        common_comparison_category_t""",
    "concepts": """constructible_from convertible_to copyable default_initializable derived_from
        equality_comparable floating_point integral invocable movable predicate regular
        regular_invocable same_as semiregular signed_integral totally_ordered unsigned_integral""",
    "condition_variable": "condition_variable condition_variable_any cv_status",
    "deque": "deque erase erase_if",
    "exception": """current_exception exception exception_ptr get_terminate make_exception_ptr
        nested_exception rethrow_exception rethrow_if_nested set_terminate terminate
        terminate_handler throw_with_nested uncaught_exceptions""",
    "filesystem": "filesystem",
    "fstream": "basic_fstream filebuf fstream ifstream ios ios_base ofstream",
    "functional": """bind bind_front bit_and bit_or bit_xor bad_function_call cref divides equal_to
        function greater greater_equal hash identity invoke less less_equal logical_and logical_not
        logical_or mem_fn minus modulus multiplies negate not_equal_to not_fn placeholders plus ref
        reference_wrapper""",
    "future": "async future launch packaged_task promise shared_future",
    "initializer_list": "initializer_list",
    "iomanip": "get_time put_time quoted setbase setfill setprecision setw",
    "ios": """boolalpha defaultfloat dec fixed hex ios ios_base left noboolalpha noshowbase oct
        right scientific showbase streamoff streampos streamsize""",
    "iosfwd": "istream ostream iostream fstream ifstream ofstream stringstream",
    "iostream": "cerr cin clog cout istream ostream iostream endl flush ios",
    "istream": "istream iostream ws",
    "iterator": """advance back_insert_iterator back_inserter begin bidirectional_iterator_tag
        cbegin cend contiguous_iterator_tag crbegin crend data default_sentinel distance empty end
        forward_iterator forward_iterator_tag front_inserter input_iterator input_iterator_tag
        inserter istream_iterator istreambuf_iterator iter_value_t iterator_traits
        make_move_iterator make_reverse_iterator move_iterator next ostream_iterator
        ostreambuf_iterator output_iterator_tag prev random_access_iterator_tag rbegin rend
        reverse_iterator size ssize""",
    "latch": "latch",
    "limits": "numeric_limits float_round_style",
    "list": "list erase erase_if",
    "locale": "locale",
    "map": "map multimap erase_if",
    "memory": """addressof align allocate_shared allocator allocator_arg allocator_traits
        bad_weak_ptr const_pointer_cast construct_at default_delete destroy destroy_at destroy_n
        dynamic_pointer_cast enable_shared_from_this make_shared make_unique
        make_unique_for_overwrite owner_less
        pointer_traits reinterpret_pointer_cast shared_ptr static_pointer_cast to_address
        uninitialized_copy uninitialized_copy_n uninitialized_default_construct_n uninitialized_fill
        uninitialized_fill_n uninitialized_move unique_ptr weak_ptr""",
    "memory_resource": "pmr",
    "mutex": """adopt_lock call_once defer_lock lock lock_guard mutex once_flag recursive_mutex
        scoped_lock try_to_lock unique_lock""",
    "new": """align_val_t bad_alloc bad_array_new_length get_new_handler
        hardware_destructive_interference_size launder new_handler nothrow nothrow_t
        set_new_handler""",
    "numbers": "numbers",
    "numeric": """accumulate adjacent_difference exclusive_scan gcd inclusive_scan inner_product
        iota lcm midpoint partial_sum reduce transform_reduce""",
    "optional": "bad_optional_access in_place make_optional nullopt nullopt_t optional",
    "ostream": "endl ends flush ostream",
    "queue": "priority_queue queue",
    "random": """bernoulli_distribution default_random_engine discrete_distribution
        exponential_distribution geometric_distribution mersenne_twister_engine minstd_rand mt19937
        mt19937_64 normal_distribution poisson_distribution random_device seed_seq
        uniform_int_distribution uniform_real_distribution""",
    "ranges": "ranges views",
    "ratio": "ratio kilo mega giga micro milli nano",
    "regex": """cmatch cregex_iterator regex regex_constants regex_error regex_match regex_replace
        regex_search smatch sregex_iterator sregex_token_iterator ssub_match""",
    "semaphore": "binary_semaphore counting_semaphore",
    "set": "multiset set erase_if",
    "shared_mutex": "shared_lock shared_mutex",
    "source_location": "source_location",
    "span": "as_bytes as_writable_bytes dynamic_extent span",
    "sstream": "ios ios_base ws istringstream ostringstream stringbuf stringstream",
    "stack": "stack",
    "stdexcept": """domain_error invalid_argument length_error logic_error out_of_range
        overflow_error range_error runtime_error underflow_error""",
    "stop_token": "stop_source stop_token",
    "streambuf": "streambuf",
    "string": """basic_string char_traits erase erase_if getline hash stod stof stoi stol stoll
        stoul stoull string string_literals to_string u8string u16string u32string wstring""",
    "string_view": "basic_string_view string_view string_view_literals u8string_view wstring_view",
    "system_error": """errc error_category error_code error_condition generic_category
        is_error_code_enum make_error_code make_error_condition system_category system_error""",
    "thread": "jthread this_thread thread",
    "tuple": """apply forward_as_tuple get ignore make_from_tuple make_tuple tie tuple tuple_cat
        tuple_element tuple_element_t tuple_size tuple_size_v""",
    "type_traits": """aligned_storage_t alignment_of_v bool_constant common_type common_type_t
        conditional conditional_t conjunction_v decay decay_t disjunction_v enable_if enable_if_t
        extent_v false_type has_virtual_destructor_v integral_constant invoke_result_t
        is_arithmetic_v is_assignable_v is_base_of is_base_of_v is_class_v is_const_v
        is_constant_evaluated is_constructible_v is_convertible_v is_copy_constructible_v
        is_default_constructible_v is_destructible_v is_empty_v is_enum_v is_final_v
        is_floating_point_v is_function_v is_integral is_integral_v is_invocable_r_v is_invocable_v
        is_move_assignable_v is_move_constructible_v is_nothrow_constructible_v
        is_nothrow_copy_constructible_v is_nothrow_default_constructible_v is_nothrow_destructible_v
        is_nothrow_invocable_v is_nothrow_move_assignable_v is_nothrow_move_constructible_v is_pod_v
        is_pointer_v is_reference_v is_same is_same_v is_scalar_v is_signed_v is_standard_layout_v
        is_trivial_v is_trivially_copyable is_trivially_copyable_v
        is_trivially_default_constructible_v is_trivially_destructible_v is_unsigned_v is_void_v
        make_signed_t make_unsigned make_unsigned_t negation_v rank_v remove_const_t remove_cv_t
        remove_cvref_t remove_extent_t remove_pointer_t remove_reference remove_reference_t
        true_type type_identity type_identity_t underlying_type underlying_type_t void_t""",
    "typeindex": "type_index",
    "typeinfo": "bad_cast bad_typeid type_info",
    "unordered_map": "unordered_map unordered_multimap erase_if",
    "unordered_set": "unordered_multiset unordered_set erase_if",
    "utility": """as_const cmp_equal cmp_greater cmp_greater_equal cmp_less cmp_less_equal
        cmp_not_equal declval exchange forward get in_range index_sequence index_sequence_for
        integer_sequence make_index_sequence make_pair move move_if_noexcept pair
        piecewise_construct swap""",
    "valarray": "valarray",
    "variant": "bad_variant_access get get_if holds_alternative monostate variant visit",
    "vector": "vector erase erase_if",
    "version": "",
}

# The headers of C: what they provide, in namespace std or outside of it.
C = {
    "cassert": "assert",
    "cctype": """isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace
        isupper isxdigit tolower toupper""",
    "cerrno": "errno E[A-Z0-9]+",
    "cfenv": "fe[a-z]+ FE_[A-Z]+",
    "cfloat": "(?:FLT|DBL|LDBL)_[A-Z0-9_]+",
    "cinttypes": "(?:PRI|SCN)[diouxX](?:8|16|32|64|MAX|PTR) imaxabs strtoimax strtoumax",
    "climits": "(?:CHAR|SCHAR|SHRT|INT|LONG|LLONG)_(?:MIN|MAX|BIT) PATH_MAX PIPE_BUF NAME_MAX"
               " U(?:CHAR|SHRT|INT|LONG|LLONG)_MAX IOV_MAX",
    "clocale": "lconv localeconv setlocale LC_[A-Z]+",
    "cmath": """abs acos acosh asin atan atan2 cbrt ceil cos cosh erf exp exp2 expm1 fabs floor fma
        fmax fmin fmod frexp hypot isfinite isinf isnan isnormal ldexp lerp lgamma llround log log10
        log1p log2 lround modf nan nextafter pow remainder rint round signbit sin sinh sqrt tan tanh
        tgamma trunc NAN INFINITY HUGE_VAL M_[A-Z0-9_]+""",
    "csetjmp": "jmp_buf longjmp setjmp",
    "csignal": "raise sig_atomic_t signal sig[a-z]+ SIG[A-Z0-9_]+ SA_[A-Z]+ kill",
    "cstdarg": "va_arg va_copy va_end va_list va_start",
    "cstddef": "byte max_align_t nullptr_t offsetof ptrdiff_t size_t to_integer NULL",
    "cstdint": "u?int(?:_fast|_least)?(?:8|16|32|64|max|ptr)_t SIZE_MAX PTRDIFF_M(?:AX|IN)"
               " U?INT(?:8|16|32|64|MAX|PTR)_M(?:AX|IN) U?INT(?:8|16|32|64)_C",
    "cstdio": """FILE clearerr fclose feof ferror fflush fgetc fgets fileno fopen fprintf fputc
        fputs fread freopen fscanf fseek ftell fwrite getc getchar perror popen pclose printf putc
        putchar puts remove rename rewind scanf setbuf setvbuf snprintf sprintf sscanf stderr stdin
        stdout tmpfile ungetc vfprintf vprintf vsnprintf vsscanf fdopen fmemopen open_memstream
        getline dprintf size_t EOF BUFSIZ SEEK_[A-Z]+ _IO[A-Z]BF fpos_t""",
    "cstdlib": """_Exit abort abs aligned_alloc at_quick_exit atexit atof atoi atol atoll bsearch
        calloc div exit free getenv labs llabs llround malloc mkdtemp mkstemp posix_memalign putenv
        qsort quick_exit rand random realloc realpath setenv size_t srand srandom strtod strtof
        strtol strtold strtoll strtoul strtoull system unsetenv EXIT_FAILURE EXIT_SUCCESS RAND_MAX
        clearenv""",
    "cstring": """memchr memcmp memcpy memmem memmove memset sigabbrev_np size_t strcat strchr
        strcmp strcpy strcspn strdup strerror strlen strncat strncmp strncpy strnlen strpbrk strrchr
        strsignal strspn strstr strtok""",
    "ctime": """asctime clock clock_getres clock_gettime clock_nanosleep clock_t clockid_t ctime
        difftime gmtime gmtime_r localtime localtime_r mktime nanosleep size_t strftime time time_t
        timespec tm CLOCKS_PER_SEC CLOCK_[A-Z_]+ itimerspec timer_create timer_settime""",
    "cwchar": "mbstate_t wchar_t wcslen wmemcpy size_t wint_t",
}
# Names of C that are reported where no header provides them, though not in namespace std: they can
# be nothing else. Most others (exit, time, remove) are also names of members.
PLAIN = (r"u?int(?:8|16|32|64|ptr)_t|U?INT(?:8|16|32|64)_M(?:AX|IN)|size_t|ptrdiff_t|offsetof"
         r"|(?<![\w.>])assert(?=\()|errno|EXIT_(?:FAILURE|SUCCESS)|FILE")
# What else is a use of a header: what it gives to operators and expressions.
OTHER_USES = {
    "new": r"\boperator new|\bnew \(|\boperator delete",
    "initializer_list": r"$^",
    "version": r"\b__cpp_",
    "compare": r"<=>",
    "chrono": r"\d(?:ns|us|ms|s|min|h)\b",
    "ostream": r"\bendl\b",
    "typeinfo": r"\btypeid\b",
}
# What fmt 9, of Debian 12, has in <fmt/format.h> as well, and fmt 11 does not.
MOVED = {"fmt::join": "fmt/ranges.h"}
# These are homes of begin, end, size, data and empty, as much as <iterator>.
RANGES = ("array deque list map regex set span string string_view unordered_map unordered_set "
          "vector").split()
RANGE_ACCESS = "begin cbegin cend crbegin crend data empty end rbegin rend size ssize".split()

# They come with the container, wherever it is from.
ERASE = ("std::erase", "std::erase_if")

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
                   r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
INCLUDE = re.compile(r"(?m)^[ \t]*#[ \t]*include[ \t]*<([\w./]+)>")
# The name after std::, of namespaces the outermost, or what a using-declaration takes from there.
NAME = re.compile(r"\bstd::(\w+)")


def canonical(header):
    """<string.h> is <cstring>, as far as we care."""
    return "c" + header[:-2] if header.endswith(".h") and "c" + header[:-2] in C else header


def tables():
    """Homes of each name of std, as a dictionary, and of the names of C, as pairs of a pattern and
    a header."""
    homes, patterns = {}, []
    for header, names in STD.items():
        for name in names.split():
            homes.setdefault(name, []).append(header)
    for name in RANGE_ACCESS:
        homes[name] += [header for header in RANGES if header not in homes[name]]
    for header, names in C.items():
        patterns += [(re.compile(rf"(?:{name})\Z"), header) for name in names.split()]
    return homes, patterns


HOMES, C_HOMES = tables()


def homes(name):
    """The headers that provide `std::name`, the usual one first."""
    return HOMES.get(name, []) + [header for pattern, header in C_HOMES if pattern.match(name)]


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def includes(text):
    """Headers in angle brackets that `text` includes, with their lines."""
    code = re.sub(r'(?m)^([ \t]*#[ \t]*include[ \t]*)"[^"\n]*"', r"\1", text)
    code = NOISE.sub(blank, code)
    return {canonical(match.group(1)): code.count("\n", 0, match.start()) + 1
            for match in INCLUDE.finditer(code)}, code


def uses(code):
    """Yields (line, name as written, homes) of each use of the library that names it for sure."""
    for match in NAME.finditer(code):
        name = match.group(1)
        yield code.count("\n", 0, match.start()) + 1, "std::" + name, homes(name)
    for match in re.finditer(rf"(?<!std::)\b(?:{PLAIN})\b", code):
        yield code.count("\n", 0, match.start()) + 1, match.group(0), homes(match.group(0))
    for name, header in MOVED.items():
        for match in re.finditer(rf"\b{name}\b", code):
            yield code.count("\n", 0, match.start()) + 1, name, [header]


def is_used(header, code):
    """Whether anything in `code` may come from `header`."""
    if header in C:
        names = "|".join(C[header].split())
        return re.search(rf"\b(?:{names})\b", code) is not None
    names = [name for name, its in HOMES.items() if header in its]
    if names and re.search(rf"\bstd::(?:{'|'.join(names)})\b", code):
        return True
    return header in OTHER_USES and re.search(OTHER_USES[header], code) is not None


def offences(path, text, own_header=""):
    """What is wrong with the includes of a C++ file, as lines for people. `own_header` is the text
    of the header that the file implements."""
    found, code = includes(text)
    code = re.sub(r"(?m)^[ \t]*#[ \t]*include[^\n]*", "", code)
    have = set(found) | set(includes(own_header)[0])
    for line, name, its in uses(code):
        if have.intersection(its) or name in ERASE:
            continue
        have.update(its)  # one report is enough
        if its:
            yield f"{path}:{line}: {name} without #include <{its[0]}>"
        else:
            yield f"{path}:{line}: {name}: tools/include_check.py does not know its header"
    for header, line in found.items():
        if (header in STD or header in C) and not is_used(header, code):
            yield f"{path}:{line}: #include <{header}>, and nothing of it is used"


def with_header(lines, header):
    """`lines` with one more #include: among those of the same library, or in their place."""
    new = f"#include <{header}>"
    alike = r"\w+/[\w/]+\.h" if "/" in header else "[a-z_]+"
    places = [at for at, line in enumerate(lines) if re.fullmatch(f"#include <{alike}>", line)]
    if places:
        at = next((at for at in places if lines[at] > new), places[-1] + 1)
        return lines[:at] + [new] + lines[at:]
    # After headers of the system or the file's own header; or else before all others, or all code.
    for pattern in (r"#include <[\w/]+\.h>", r'#include "', r"#define \w+_H_$"):
        places = [at for at, line in enumerate(lines) if re.match(pattern, line)]
        if places:
            break
    if not places:
        at = next(at for at, line in enumerate(lines) if not line.startswith("//") and line != "")
        return lines[:at] + [new, ""] + lines[at:]
    at = places[-1 if pattern.startswith("#include <") else 0]
    if pattern == '#include "' and lines[at + 1] != "":  # not on its own: no file's own header
        return lines[:at] + [new, ""] + lines[at:]
    return lines[:at + 1] + ["", new] + lines[at + 1:]


def mended(text, complaints):
    """`text` without what `complaints`, lines of `offences`, are about, where that is known."""
    lines = text.split("\n")
    unused = sorted((int(line.split(":")[1]) - 1 for line in complaints
                     if line.endswith("nothing of it is used")), reverse=True)
    for at in unused:
        alone = lines[at - 1] == "" and lines[at + 1] == ""
        del lines[at:at + 2 if alone else at + 1]
    for complaint in complaints:
        if missing := re.search(r" without #include <([\w/.]+)>$", complaint):
            lines = with_header(lines, missing.group(1))
    return "\n".join(lines)


def own_header_of(path, text):
    """The header that a .cc file implements or tests: its name may be longer."""
    folder, file = os.path.split(path)
    for name in re.findall(r'(?m)^#include "([^"\n]+)\.h"', text):
        stem = os.path.basename(name)
        if os.path.dirname(name) == folder and re.match(rf"{re.escape(stem)}(_\w+)?\.cc$", file):
            return name + ".h"
    return ""


def check(root, path):
    """The offences of one file of the tree `root`."""
    text = (root / path).read_text()
    own = own_header_of(path, text)
    return offences(path, text, (root / own).read_text() if own else "")


def mend(root, path):
    """Rewrites a file with offences, unless they cannot be mended."""
    if complaints := list(check(root, path)):
        (root / path).write_text(mended((root / path).read_text(), complaints))


def sources(root):
    """The C++ files that git knows or, where there is no git, those in folders of packages."""
    git = shutil.which("git")
    done = git and subprocess.run([git, "-C", str(root), "ls-files", "-z", "*.cc", "*.h"],
                                  capture_output=True, check=False)
    if done and done.returncode == 0:
        names = done.stdout.decode().split("\0")[:-1]
    else:
        names = [str(path.relative_to(root)) for package in root.glob("*/BUILD")
                 for path in package.parent.rglob("*") if path.suffix in (".cc", ".h")]
    return sorted(name for name in names if (root / name).is_file())


def main(arguments):
    if "-h" in arguments or "--help" in arguments:
        print(__doc__)
        return 0
    names = [name for name in arguments if name != "--fix"]
    files = [os.path.relpath(os.path.realpath(name), ROOT) for name in names] or sources(ROOT)
    if "--fix" in arguments:
        for path in files:
            mend(ROOT, path)
    bad = [line for path in files for line in check(ROOT, path)]
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# SPDX-License-Identifier: GPL-3.0-or-later
# Settings for the whole build: where outputs go, build types, sanitizers, ccache, clang-tidy.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POLICY_DEFAULT_CMP0069 NEW)

# bin/ beside lib/, as after an installation: the programs look for the engine in ../lib either way.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/static")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

# Line numbers alone: full debug information of torch's templates is hundreds of MB.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g -fno-omit-frame-pointer" CACHE STRING "Flags of the build type Sanitize")
mark_as_advanced(CMAKE_CXX_FLAGS_SANITIZE)

if(SPECTUNE_SANITIZE)
    if(SPECTUNE_ENGINE)
        message(WARNING "LibTorch is not built with sanitizers; use SPECTUNE_ENGINE=OFF as the presets asan and tsan do")
    endif()
    add_compile_options("-fsanitize=${SPECTUNE_SANITIZE}" -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${SPECTUNE_SANITIZE}")
endif()

find_program(SPECTUNE_CCACHE ccache)
if(SPECTUNE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache's manual asks for with precompiled headers; the base folder lets a second
    # checkout hit the first one's entries.
    set(_launcher "${CMAKE_COMMAND}" -E env
        "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${SPECTUNE_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${_launcher}")
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${_launcher}")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        set(SPECTUNE_PCH_OPTIONS -fpch-preprocess)
    endif()
endif()

if(SPECTUNE_TIDY)
    find_program(SPECTUNE_CLANG_TIDY clang-tidy REQUIRED)
    set(SPECTUNE_TIDY_COMMAND "${SPECTUNE_CLANG_TIDY};--quiet;--warnings-as-errors=*;--extra-arg=-Wno-unknown-warning-option")
endif()

# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DCLANG_TIDY=<program> -DSOURCE_DIR=<repository> -DBINARY_DIR=<build> -P CheckTidy.cmake
# Runs .clang-tidy's checks over the rooms that know neither torch nor Qt (the others take minutes; -DSPECTUNE_TIDY=ON
# runs them while compiling). Only findings of checks count: clang 14 cannot read every C++20 header of g++ 12.
if(NOT CLANG_TIDY)
    message("SKIP: there is no clang-tidy here")
    return()
endif()
set(files "")
foreach(room core config monitor session)
    file(GLOB found "${SOURCE_DIR}/training/${room}/*.cpp")
    list(APPEND files ${found})
endforeach()
execute_process(COMMAND "${CLANG_TIDY}" --quiet -p "${BINARY_DIR}" --extra-arg=-Wno-unknown-warning-option ${files}
    WORKING_DIRECTORY "${SOURCE_DIR}" OUTPUT_VARIABLE told ERROR_QUIET)
string(REPLACE ";" "," told "${told}")
string(REGEX MATCHALL "[^\n]*: error: [^\n]*\\[(bugprone|performance|modernize|misc|readability)-[^\n]*" findings "${told}")
list(REMOVE_DUPLICATES findings)
if(findings)
    list(JOIN findings "\n  " findings)
    message(FATAL_ERROR "clang-tidy finds:\n  ${findings}")
endif()

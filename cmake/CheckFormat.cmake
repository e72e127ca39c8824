# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DCLANG_FORMAT=<program> -DSOURCE_DIR=<repository> -P CheckFormat.cmake: fails and names the files that
# clang-format 14 (Debian 12's) would change.
if(NOT CLANG_FORMAT)
    message("SKIP: there is no clang-format here")
    return()
endif()
execute_process(COMMAND "${CLANG_FORMAT}" --version OUTPUT_VARIABLE version)
if(NOT version MATCHES "version 14\\.")
    message("SKIP: the formatting is checked with clang-format 14, this is ${version}")
    return()
endif()
set(files "")
foreach(folder training visualization ui app tests)
    file(GLOB_RECURSE found "${SOURCE_DIR}/${folder}/*.h" "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.cu"
        "${SOURCE_DIR}/${folder}/*.cuh")
    list(APPEND files ${found})
endforeach()
execute_process(COMMAND "${CLANG_FORMAT}" --dry-run --Werror ${files}
    WORKING_DIRECTORY "${SOURCE_DIR}" RESULT_VARIABLE result ERROR_VARIABLE complaints)
if(NOT result EQUAL 0)
    string(REGEX MATCHALL "[^\n]*: error: code should be clang-formatted" lines "${complaints}")
    list(TRANSFORM lines REPLACE ":[0-9]+:[0-9]+: error.*" "")
    list(REMOVE_DUPLICATES lines)
    list(JOIN lines "\n  " lines)
    message(FATAL_ERROR "Not formatted (type: git ls-files -z \"*.h\" \"*.cpp\" \"*.cu\" | xargs -0 clang-format -i):\n  ${lines}")
endif()

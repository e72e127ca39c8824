# SPDX-License-Identifier: GPL-3.0-or-later
# spectune_add_test(NAME tst_name SOURCES files... [LIBS targets...] [LABELS labels...] [TIMEOUT seconds]
#                   [ENV NAME=value...] [ENGINE] [DATA])
#   One Qt Test program. It runs offscreen, in its own empty folder, and finds
#     SPECTUNE_SOURCE_DIR    this repository        SPECTUNE_SHARED_DATA   ../shared/data (may not exist: QSKIP then)
#   ENGINE  links the engine's insides (torch included) and compiles against a precompiled header of its own
#   DATA    marks a test that needs ../shared/data: it is not registered as failing where the folder is absent (QSKIP)
# Leaving with code 77 counts as skipped.

function(spectune_add_test)
    cmake_parse_arguments(T "ENGINE;DATA" "NAME;TIMEOUT" "SOURCES;LIBS;LABELS;ENV" ${ARGN})
    if(T_UNPARSED_ARGUMENTS OR NOT T_NAME OR NOT T_SOURCES)
        message(FATAL_ERROR "spectune_add_test: NAME and SOURCES are needed; not understood: ${T_UNPARSED_ARGUMENTS}")
    endif()
    if(T_ENGINE AND NOT TARGET spectune-engine-objects)
        return()
    endif()
    add_executable(${T_NAME} ${T_SOURCES})
    spectune_target_defaults(${T_NAME})
    spectune_target_qt(${T_NAME})
    # Tests put strings together with +, which g++ 12 at -O2 takes for writes past their end (its bug 105329).
    target_compile_options(${T_NAME} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
    target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} Qt6::Test)
    if(T_ENGINE)
        spectune_use_engine_internals(${T_NAME})
        list(APPEND T_LABELS engine)
    endif()
    if(T_DATA)
        list(APPEND T_LABELS data)
    endif()
    set_target_properties(${T_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")

    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 120)
    endif()
    if(SPECTUNE_SANITIZE)
        math(EXPR T_TIMEOUT "${T_TIMEOUT} * 5")
        list(APPEND T_LABELS sanitizer)
    endif()
    set(folder "${PROJECT_BINARY_DIR}/tests/work/${T_NAME}")
    file(MAKE_DIRECTORY "${folder}")
    cmake_path(SET shared NORMALIZE "${PROJECT_SOURCE_DIR}/../shared/data")
    add_test(NAME ${T_NAME} COMMAND ${T_NAME} WORKING_DIRECTORY "${folder}")
    set_tests_properties(${T_NAME} PROPERTIES
        LABELS "${T_LABELS}"
        TIMEOUT ${T_TIMEOUT}
        SKIP_RETURN_CODE 77
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;SPECTUNE_SOURCE_DIR=${PROJECT_SOURCE_DIR};SPECTUNE_BINARY_DIR=${PROJECT_BINARY_DIR};SPECTUNE_SHARED_DATA=${shared};ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1;${T_ENV}")
endfunction()

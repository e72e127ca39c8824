# SPDX-License-Identifier: GPL-3.0-or-later
# What every target of ours is compiled with. Third-party headers come in as SYSTEM and stay quiet.

function(spectune_target_defaults target)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_compile_features(${target} PRIVATE cxx_std_20)
    set_target_properties(${target} PROPERTIES
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        CUDA_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON)

    # -Wconversion as a whole is too loud with tensor sizes (int64_t against size_t); its parts that find real
    # faults stay on.
    set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
        -Wnull-dereference -Wformat=2 -Wfloat-conversion -Wimplicit-fallthrough -Wunused)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        list(APPEND warnings -Wduplicated-cond -Wlogical-op)
        # False alarms of g++ 12 inside the standard library at -O2 and -O3 (its bugs 105651 and 105329).
        list(REMOVE_ITEM warnings -Wnull-dereference)
        list(APPEND warnings -Wno-restrict)
        if(SPECTUNE_SANITIZE) # instrumented code gives false alarms, as g++'s manual says of its sanitizers
            list(APPEND warnings -Wno-maybe-uninitialized)
        endif()
    endif()
    if(SPECTUNE_WERROR)
        list(APPEND warnings -Werror)
    endif()
    foreach(flag IN LISTS warnings)
        target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${flag}>")
    endforeach()

    if(SPECTUNE_TIDY)
        set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${SPECTUNE_TIDY_COMMAND}")
    endif()
endfunction()

# Targets with Qt: moc by itself, and no lower-case `signals`, `slots`, `foreach` (torch uses `slots` as a name).
function(spectune_target_qt target)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS QT_NO_FOREACH QT_NO_CAST_TO_ASCII)
endfunction()

# SPDX-License-Identifier: GPL-3.0-or-later
# Finds a CUDA 13 compiler for SPECTUNE_CUDA = AUTO | ON | OFF and sets SPECTUNE_WITH_CUDA to 0 or 1.
# Two homes are known: a toolkit on the machine, and the compiler from PyPI that run.sh lays beside the torch wheel.

set(SPECTUNE_WITH_CUDA 0)
if(SPECTUNE_CUDA STREQUAL "OFF" OR NOT SPECTUNE_ENGINE)
    return()
endif()

if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    if(SPECTUNE_TORCH_ROOT)
        set(_cuda_wheels "${SPECTUNE_TORCH_ROOT}/../nvidia/cu13")
    else()
        set(_cuda_wheels "${PROJECT_SOURCE_DIR}/.deps/cuda")
    endif()
    if(EXISTS "${_cuda_wheels}/bin/nvcc")
        file(REAL_PATH "${_cuda_wheels}" _cuda_wheels)
        set(CMAKE_CUDA_COMPILER "${_cuda_wheels}/bin/nvcc" CACHE FILEPATH "CUDA compiler")
    else()
        find_program(_cuda_nvcc nvcc HINTS /usr/local/cuda/bin ENV CUDA_HOME PATH_SUFFIXES bin NO_CACHE)
        if(_cuda_nvcc)
            set(CMAKE_CUDA_COMPILER "${_cuda_nvcc}" CACHE FILEPATH "CUDA compiler")
        endif()
    endif()
endif()

include(CheckLanguage)
set(CMAKE_CUDA_ARCHITECTURES "80;90a;120" CACHE STRING "GPU architectures; 90a for wgmma and the bulk copy engine")
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
    if(SPECTUNE_CUDA STREQUAL "ON")
        message(FATAL_ERROR "SPECTUNE_CUDA=ON, but no working nvcc was found. Put it on PATH, pass \
-DCMAKE_CUDA_COMPILER=<nvcc>, or run ./run.sh once: it fetches the compiler from PyPI.")
    endif()
    message(STATUS "No nvcc found: the engine is built for the CPU alone")
    return()
endif()

# Ours are shared with torch: a second, static runtime would keep its own streams and contexts.
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
enable_language(CUDA)
# CMake 3.25 does not know nvcc's C++20 flag on Linux.
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)

# Not find_package(CUDAToolkit): CMake 3.25's stumbles over the wheels' layout, and only the runtime is needed.
file(REAL_PATH "${CMAKE_CUDA_COMPILER}" _cuda_root)
cmake_path(GET _cuda_root PARENT_PATH _cuda_root)
cmake_path(GET _cuda_root PARENT_PATH _cuda_root)
set(_cuda_roots "${_cuda_root}" /usr/local/cuda)
find_path(SPECTUNE_CUDA_INCLUDE cuda_runtime_api.h PATHS ${_cuda_roots}
    PATH_SUFFIXES include targets/x86_64-linux/include NO_DEFAULT_PATH REQUIRED)
find_library(SPECTUNE_CUDART cudart PATHS ${_cuda_roots}
    PATH_SUFFIXES lib64 lib targets/x86_64-linux/lib NO_DEFAULT_PATH REQUIRED)
mark_as_advanced(SPECTUNE_CUDA_INCLUDE SPECTUNE_CUDART)
cmake_path(GET SPECTUNE_CUDART PARENT_PATH SPECTUNE_CUDA_LIBRARY_DIR)
add_library(SpectuneCuda::runtime SHARED IMPORTED)
set_target_properties(SpectuneCuda::runtime PROPERTIES
    IMPORTED_LOCATION "${SPECTUNE_CUDART}"
    INTERFACE_INCLUDE_DIRECTORIES "${SPECTUNE_CUDA_INCLUDE}")
set(SPECTUNE_WITH_CUDA 1)
message(STATUS "CUDA ${CMAKE_CUDA_COMPILER_VERSION} for ${CMAKE_CUDA_ARCHITECTURES}, runtime ${SPECTUNE_CUDART}")

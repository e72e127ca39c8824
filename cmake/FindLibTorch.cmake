# SPDX-License-Identifier: GPL-3.0-or-later
# LibTorch out of the PyPI wheel. The wheel's own TorchConfig.cmake is not used: it searches for the whole CUDA
# toolkit and MKL and adds flags to everybody.
#
# In:   SPECTUNE_TORCH_ROOT   the wheel's folder `torch` (holds include/ and lib/); empty: .deps/torch, then Python's
#       SPECTUNE_WITH_CUDA    link torch's CUDA half too
# Out:  LibTorch::LibTorch, LibTorch_ROOT, LibTorch_LIBRARY_DIR, LibTorch_VERSION

set(_torch_candidates "")
if(SPECTUNE_TORCH_ROOT)
    list(APPEND _torch_candidates "${SPECTUNE_TORCH_ROOT}")
else()
    list(APPEND _torch_candidates "${PROJECT_SOURCE_DIR}/.deps/torch")
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/.deps/torch/lib/libtorch_cpu.so")
        execute_process(
            COMMAND python3 -c "import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])"
            OUTPUT_VARIABLE _torch_python OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _torch_result)
        if(_torch_result EQUAL 0)
            list(APPEND _torch_candidates "${_torch_python}")
        endif()
    endif()
endif()

set(LibTorch_ROOT "LibTorch_ROOT-NOTFOUND")
foreach(_candidate IN LISTS _torch_candidates)
    if(EXISTS "${_candidate}/lib/libtorch_cpu.so" AND EXISTS "${_candidate}/include/ATen/ATen.h")
        set(LibTorch_ROOT "${_candidate}")
        break()
    endif()
endforeach()

set(LibTorch_VERSION "")
if(LibTorch_ROOT)
    set(LibTorch_LIBRARY_DIR "${LibTorch_ROOT}/lib")
    file(STRINGS "${LibTorch_ROOT}/include/torch/headeronly/version.h" _torch_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    if(NOT _torch_lines)
        file(STRINGS "${LibTorch_ROOT}/include/torch/csrc/api/include/torch/version.h" _torch_lines
            REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    endif()
    foreach(_part MAJOR MINOR PATCH)
        string(REGEX MATCH "TORCH_VERSION_${_part} ([0-9]+)" _ "${_torch_lines}")
        list(APPEND LibTorch_VERSION "${CMAKE_MATCH_1}")
    endforeach()
    list(JOIN LibTorch_VERSION "." LibTorch_VERSION)
endif()

list(JOIN _torch_candidates " and " _torch_places) # a list would fall apart into arguments of the call
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
    REQUIRED_VARS LibTorch_ROOT LibTorch_LIBRARY_DIR
    VERSION_VAR LibTorch_VERSION
    REASON_FAILURE_MESSAGE "Looked in: ${_torch_places}. Run ./run.sh (it fetches the pinned wheel into .deps/), \
pass -DSPECTUNE_TORCH_ROOT=<site-packages>/torch, or build without the engine: -DSPECTUNE_ENGINE=OFF")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
    add_library(LibTorch::LibTorch INTERFACE IMPORTED)
    target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
        "${LibTorch_ROOT}/include" "${LibTorch_ROOT}/include/torch/csrc/api/include")
    set(_torch_lib "${LibTorch_LIBRARY_DIR}")
    # libtorch_cuda.so registers its operators from static constructors, so nothing refers to it by
    # name: without --no-as-needed the linker drops it, and with it the GPU.
    # Without CUDA libtorch.so is left out: it is an empty shell that needs all of CUDA's libraries.
    set(_torch_needed "${_torch_lib}/libtorch_cpu.so")
    set(_torch_plain "${_torch_lib}/libc10.so")
    if(SPECTUNE_WITH_CUDA)
        list(APPEND _torch_needed "${_torch_lib}/libtorch.so" "${_torch_lib}/libtorch_cuda.so")
        list(APPEND _torch_plain "${_torch_lib}/libc10_cuda.so" SpectuneCuda::runtime)
    endif()
    set(CMAKE_LINK_LIBRARY_USING_spectune_needed "LINKER:--push-state,--no-as-needed" "<LINK_ITEM>" "LINKER:--pop-state")
    set(CMAKE_LINK_LIBRARY_USING_spectune_needed_SUPPORTED TRUE)
    list(JOIN _torch_needed "," _torch_needed)
    target_link_libraries(LibTorch::LibTorch INTERFACE
        "$<LINK_LIBRARY:spectune_needed,${_torch_needed}>" ${_torch_plain})
    # libtorch_cuda's own needs (cuBLAS, cuDNN, …) are found through its RPATH when it is loaded.
    target_link_options(LibTorch::LibTorch INTERFACE "LINKER:--allow-shlib-undefined")
endif()

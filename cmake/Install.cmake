# SPDX-License-Identifier: GPL-3.0-or-later
# cmake --install: bin/, lib/spectune/, share/spectune/. LibTorch is not copied: the programs find it by RPATH where it
# was at build time (.deps/torch and the cache folder that it points to).

set(_installed_rpath "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/spectune")
if(SPECTUNE_ENGINE)
    file(REAL_PATH "${LibTorch_LIBRARY_DIR}" _torch_real)
    set_target_properties(spectune-engine PROPERTIES INSTALL_RPATH "$ORIGIN;${_torch_real};${LibTorch_LIBRARY_DIR};${SPECTUNE_CUDA_LIBRARY_DIR}")
    install(TARGETS spectune-engine LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/spectune")
    if(TARGET spectune-train)
        set_target_properties(spectune-train PROPERTIES
            INSTALL_RPATH "${_installed_rpath};${_torch_real};${LibTorch_LIBRARY_DIR}")
        install(TARGETS spectune-train RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    endif()
endif()
if(TARGET spectune)
    set_target_properties(spectune PROPERTIES INSTALL_RPATH "${_installed_rpath}")
    install(TARGETS spectune RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    foreach(_file spectune.desktop:applications icons/spectune.svg:icons/hicolor/scalable/apps)
        string(REPLACE ":" ";" _pair "${_file}")
        list(GET _pair 0 _from)
        list(GET _pair 1 _to)
        if(EXISTS "${PROJECT_SOURCE_DIR}/resources/${_from}")
            install(FILES "resources/${_from}" DESTINATION "${CMAKE_INSTALL_DATADIR}/${_to}")
        endif()
    endforeach()
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/resources/demo")
    install(DIRECTORY resources/demo DESTINATION "${CMAKE_INSTALL_DATADIR}/spectune"
        PATTERN "__pycache__" EXCLUDE PATTERN "*.py" EXCLUDE)
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/resources/translations")
    install(DIRECTORY resources/translations DESTINATION "${CMAKE_INSTALL_DATADIR}/spectune"
        FILES_MATCHING PATTERN "*.qm")
endif()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/spectune")

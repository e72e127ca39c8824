# SPDX-License-Identifier: GPL-3.0-or-later
# The studio's sentences for translators. Nothing of it is needed to build: without Qt's linguist tools (Debian:
# qt6-l10n-tools) there are no such targets.
#   ninja translations       brings every resources/translations/spectune_<language>.ts up to date, and makes the .qm
#                            files beside them that the studio loads
#   -DSPECTUNE_LANGUAGES=de  begins a language (list with ;)
set(SPECTUNE_LANGUAGES "" CACHE STRING "Languages to begin a translation for: de;fr")
find_program(SPECTUNE_LUPDATE NAMES lupdate HINTS /usr/lib/qt6/bin)
find_program(SPECTUNE_LRELEASE NAMES lrelease HINTS /usr/lib/qt6/bin)
if(NOT SPECTUNE_LUPDATE OR NOT SPECTUNE_LRELEASE)
    return()
endif()
set(_folder "${PROJECT_SOURCE_DIR}/resources/translations")
file(GLOB _catalogues CONFIGURE_DEPENDS "${_folder}/spectune_*.ts")
foreach(_language IN LISTS SPECTUNE_LANGUAGES)
    list(APPEND _catalogues "${_folder}/spectune_${_language}.ts")
endforeach()
list(REMOVE_DUPLICATES _catalogues)
if(_catalogues)
    # The fields' labels and helps stand in the engine's table, which knows no Qt: fieldWords() looks them up by their text.
    set(_fields "${PROJECT_BINARY_DIR}/translations/fields.cpp")
    # What the engine and the files say: messageWords() looks patterns up likewise.
    set(_messages "${PROJECT_BINARY_DIR}/translations/messages.cpp")
    # The shipped presets' names and what they say of themselves: presetWords() looks them up likewise.
    set(_presets "${PROJECT_BINARY_DIR}/translations/presets.cpp")
    # -I: the classes' namespace is part of a sentence's context, and stands in headers named from the root.
    add_custom_target(translations
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${_folder}"
        COMMAND "${CMAKE_COMMAND}" "-DTRAINER=$<TARGET_FILE:spectune-train>" "-DOUT=${_fields}"
            -P "${PROJECT_SOURCE_DIR}/cmake/FieldWords.cmake"
        COMMAND "${CMAKE_COMMAND}" "-DROOT=${PROJECT_SOURCE_DIR}" "-DOUT=${_messages}"
            -P "${PROJECT_SOURCE_DIR}/cmake/MessageWords.cmake"
        COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${PROJECT_SOURCE_DIR}/resources/presets" "-DOUT=${_presets}"
            -P "${PROJECT_SOURCE_DIR}/cmake/PresetWords.cmake"
        COMMAND "${SPECTUNE_LUPDATE}" -silent -I . ui visualization app/studio "${_fields}" "${_messages}" "${_presets}"
            -ts ${_catalogues}
        COMMAND "${SPECTUNE_LRELEASE}" -silent ${_catalogues}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
endif()

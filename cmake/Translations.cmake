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
    # -I: the classes' namespace is part of a sentence's context, and stands in headers named from the root.
    add_custom_target(translations
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${_folder}"
        COMMAND "${SPECTUNE_LUPDATE}" -silent -I . ui visualization app/studio -ts ${_catalogues}
        COMMAND "${SPECTUNE_LRELEASE}" -silent ${_catalogues}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM)
endif()

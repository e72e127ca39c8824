# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DFOLDER=resources/presets -DOUT=presets.cpp -P PresetWords.cmake: the words of the presets that are shipped as a source
# that lupdate reads. Never compiled. A person's own presets stay as they were written.
include("${CMAKE_CURRENT_LIST_DIR}/TranslatableWords.cmake")
file(GLOB _files "${FOLDER}/*.json")
list(SORT _files)
set(_source "")
foreach(_file IN LISTS _files)
    file(READ "${_file}" _json)
    get_filename_component(_name "${_file}" NAME)
    foreach(_part name group about_short about source_short source)
        string(JSON _words ERROR_VARIABLE _absent GET "${_json}" ${_part})
        if(NOT _absent)
            append_translatable(_source PresetTexts "${_name}, ${_part}" "${_words}")
        endif()
    endforeach()
endforeach()
file(WRITE "${OUT}" "${_source}")

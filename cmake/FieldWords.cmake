# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DTRAINER=spectune-train -DOUT=fields.cpp -P FieldWords.cmake: the words of the field table as a source that lupdate
# reads. Never compiled.
include("${CMAKE_CURRENT_LIST_DIR}/TranslatableWords.cmake")
execute_process(COMMAND "${TRAINER}" fields --json OUTPUT_VARIABLE _json COMMAND_ERROR_IS_FATAL ANY)
string(JSON _count LENGTH "${_json}" fields)
math(EXPR _last "${_count} - 1")
set(_source "")
foreach(_index RANGE ${_last})
    string(JSON _key GET "${_json}" fields ${_index} key)
    foreach(_part label help unit zero)
        string(JSON _words GET "${_json}" fields ${_index} ${_part})
        append_translatable(_source FieldTexts "${_key}, ${_part}" "${_words}")
    endforeach()
endforeach()
file(WRITE "${OUT}" "${_source}")

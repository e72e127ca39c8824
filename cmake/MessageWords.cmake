# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DROOT=source -DOUT=messages.cpp -P MessageWords.cmake: the patterns of all messages (training/core/Message.h) as a
# source that lupdate reads. Never compiled. A pattern is the literal right behind one of the three functions that take one.
file(GLOB_RECURSE _files RELATIVE "${ROOT}"
    "${ROOT}/training/*.cpp" "${ROOT}/training/*.h" "${ROOT}/ui/*.cpp" "${ROOT}/visualization/*.cpp" "${ROOT}/app/*.cpp")
set(_piece "\"([^\"\\]|\\\\.)*\"")
set(_source "")
foreach(_name IN LISTS _files)
    file(READ "${ROOT}/${_name}" _rest)
    while(_rest MATCHES "(configError|ioError|makeMessage)\\([ \n]*(${_piece}([ \n]*${_piece})*)")
        set(_literal "${CMAKE_MATCH_2}")
        string(FIND "${_rest}" "${CMAKE_MATCH_0}" _start)
        string(LENGTH "${CMAKE_MATCH_0}" _length)
        math(EXPR _start "${_start} + ${_length}")
        string(SUBSTRING "${_rest}" ${_start} -1 _rest)
        if(_literal MATCHES "[a-z][a-z]") # "%1: %2" is nobody's to translate
            string(APPEND _source "//: ${_name}\nQT_TRANSLATE_NOOP(\"Messages\", ${_literal})\n")
        endif()
    endwhile()
endforeach()
file(WRITE "${OUT}" "${_source}")
